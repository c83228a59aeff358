import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from './stack.ts'

const requestMs = 15_000
const waitSeconds = 10

/** One small query, as its client saw it. */
export interface Seen {
  /** When it was sent, by performance.now(). */
  atMs: number
  /** Until the answer that says that it succeeded; undefined: there was none. */
  tookMs: number | undefined
}

/** Sends a small query again and again, one at a time, and notes how long each takes; it never tries again. */
export class Probe {
  readonly seen: Seen[] = []
  readonly #stack: Pick<Stack, 'apiUrl' | 'apiKey'>
  readonly #stop = new AbortController()
  readonly #done: Promise<void>

  /** @param everyMs time between the beginnings of two of them */
  constructor(stack: Pick<Stack, 'apiUrl' | 'apiKey'>, everyMs: number) {
    this.#stack = stack
    this.#done = this.#go(everyMs)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#done
  }

  async #go(everyMs: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const atMs = performance.now()
      const succeeded = await this.#ask().catch(() => false)
      const tookMs = performance.now() - atMs
      this.seen.push({ atMs, tookMs: succeeded ? tookMs : undefined })
      await sleep(Math.max(0, everyMs - tookMs), undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }

  async #ask(): Promise<boolean> {
    const answer = await fetch(`${this.#stack.apiUrl}/v1/queries?wait=${waitSeconds}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#stack.apiKey}`, 'content-type': 'application/json' },
      body: '{"sql":"select 1"}',
      signal: AbortSignal.timeout(requestMs),
    })
    const { state } = (await answer.json()) as { state?: string }
    return state === 'succeeded'
  }
}
