import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from './stack.ts'

const requestMs = 10_000
const waitSeconds = 8
const healthCheckMs = 1_000

/** What became of one small query. */
export interface Answered {
  /** When its answer came, by performance.now(). */
  atMs: number
  status: number
  succeeded: boolean
}

/** Sends small queries, every tenth of which takes two seconds, at a steady rate, whatever becomes of those before. */
export class SteadyLoad {
  readonly answered: Answered[] = []
  /** Ids of the queries that were acknowledged. */
  readonly acknowledged: string[] = []
  readonly #apiKey: string
  readonly #apiUrls: readonly string[]
  /** Those that were ready when they were last asked; all if none was. */
  #readyUrls: readonly string[]
  readonly #stop = new AbortController()
  #asked = 0
  readonly #done: Promise<void>

  constructor({ apiKey, apiUrls }: Pick<Stack, 'apiKey' | 'apiUrls'>, perSecond: number) {
    this.#apiKey = apiKey
    this.#apiUrls = apiUrls
    this.#readyUrls = apiUrls
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
    const checks = this.#apiUrls.length > 1 ? setInterval(() => void this.#check(), healthCheckMs) : undefined
    for (let i = 0; !this.#stop.signal.aborted; i++) {
      const waitMs = startedAt + (1000 * i) / perSecond - performance.now()
      if (waitMs > 1) await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
      const asked: Promise<void> = this.#ask().finally(() => underWay.delete(asked))
      underWay.add(asked)
    }
    clearInterval(checks)
    await Promise.all(underWay)
  }

  async #check(): Promise<void> {
    const isReady = (url: string): Promise<boolean> =>
      fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(healthCheckMs) }).then(
        ({ ok }) => ok,
        () => false,
      )
    const ready = await Promise.all(this.#apiUrls.map(isReady))
    const urls = this.#apiUrls.filter((_, i) => ready[i])
    this.#readyUrls = urls.length > 0 ? urls : this.#apiUrls
  }

  async #ask(): Promise<void> {
    let status = 0
    let succeeded = false
    try {
      const answer = await this.#post(this.#asked++)
      status = answer.status
      const { id, state } = (await answer.json()) as { id?: string; state?: string }
      if (answer.ok && id !== undefined) this.acknowledged.push(id)
      succeeded = state === 'succeeded'
    } catch {
      // Status 0 says so.
    }
    this.answered.push({ atMs: performance.now(), status, succeeded })
  }

  /** As load balancers do: one ready server after another, and the next one where nobody takes the connection. */
  async #post(first: number): Promise<Response> {
    const urls = this.#readyUrls
    for (let i = 0; ; i++) {
      const url = urls[(first + i) % urls.length]!
      try {
        return await fetch(`${url}/v1/queries?wait=${waitSeconds}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${this.#apiKey}`, 'content-type': 'application/json' },
          body: JSON.stringify({ sql: first % 10 === 0 ? 'select pg_sleep(2)' : 'select 1' }),
          signal: AbortSignal.timeout(requestMs),
        })
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { code?: string }
        if (code !== 'ECONNREFUSED' || i + 1 >= urls.length) throw error
      }
    }
  }
}
