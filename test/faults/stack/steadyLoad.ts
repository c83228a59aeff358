import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from './stack.ts'

const requestMs = 10_000
const waitSeconds = 8

/** What became of one small query. */
export interface Answered {
  /** When its answer came, by performance.now(). */
  atMs: number
  status: number
  succeeded: boolean
}

/** Sends small queries at a steady rate, each once, whatever becomes of those before. */
export class SteadyLoad {
  readonly answered: Answered[] = []
  /** Ids of the queries that were acknowledged. */
  readonly acknowledged: string[] = []
  readonly #apiKey: string
  readonly #apiUrl: () => string
  readonly #stop = new AbortController()
  readonly #done: Promise<void>

  /** @param apiUrl asked before each request, as a load balancer chooses a server */
  constructor({ apiKey }: Pick<Stack, 'apiKey'>, perSecond: number, apiUrl: () => string) {
    this.#apiKey = apiKey
    this.#apiUrl = apiUrl
    this.#done = this.#go(perSecond)
  }

  /** Sends no more, and waits for every answer. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#done
  }

  /** Queries per second whose success was told in a span of time. */
  rate(fromMs: number, toMs: number): number {
    const count = this.answered.filter(({ atMs, succeeded }) => succeeded && atMs >= fromMs && atMs < toMs).length
    return (1000 * count) / (toMs - fromMs)
  }

  async #go(perSecond: number): Promise<void> {
    const startedAt = performance.now()
    const underWay = new Set<Promise<void>>()
    for (let i = 0; !this.#stop.signal.aborted; i++) {
      const waitMs = startedAt + (1000 * i) / perSecond - performance.now()
      if (waitMs > 1) await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
      const asked: Promise<void> = this.#ask().finally(() => underWay.delete(asked))
      underWay.add(asked)
    }
    await Promise.all(underWay)
  }

  async #ask(): Promise<void> {
    let status = 0
    let succeeded = false
    try {
      const answer = await fetch(`${this.#apiUrl()}/v1/queries?wait=${waitSeconds}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#apiKey}`, 'content-type': 'application/json' },
        body: '{"sql":"select 1"}',
        signal: AbortSignal.timeout(requestMs),
      })
      status = answer.status
      const { id, state } = (await answer.json()) as { id?: string; state?: string }
      if (answer.ok && id !== undefined) this.acknowledged.push(id)
      succeeded = state === 'succeeded'
    } catch {
      // Status 0 says so.
    }
    this.answered.push({ atMs: performance.now(), status, succeeded })
  }
}
