import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from './stack.ts'

/** A client's request that takes longer is given up, as clients do. */
const requestMs = 10_000
const retryMs = 200

/** A query as the API shows it, as far as faults are concerned. */
export interface SeenQuery {
  id: string
  state: 'queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out'
  attempt: number
  error: { code: string; message: string } | null
}

/** An answer that says what the client did wrong: trying again does not help. */
export class Refused extends Error {
  override name = 'Refused'
}

/** A client that tries again, with the same Idempotency-Key, until it has an answer. */
export class Client {
  readonly #stack: Pick<Stack, 'apiUrl' | 'apiKey'>
  /** Answers by status, and `none` for connections that broke or said nothing. */
  readonly answers = new Map<string, number>()
  /** Why the last request that did not succeed did not. */
  lastProblem = 'none'

  constructor(stack: Pick<Stack, 'apiUrl' | 'apiKey'>) {
    this.#stack = stack
  }

  /** Submits a query; undefined if there was no 2xx until then. */
  async submit(body: object, key: string, untilMs: number): Promise<SeenQuery | undefined> {
    return await this.#persist(untilMs, () => this.#json('POST', '/v1/queries', body, { 'idempotency-key': key }))
  }

  async read(id: string, untilMs: number): Promise<SeenQuery | undefined> {
    return await this.#persist(untilMs, () => this.#json('GET', `/v1/queries/${id}`))
  }

  async cancel(id: string, untilMs: number): Promise<SeenQuery | undefined> {
    return await this.#persist(untilMs, () => this.#json('POST', `/v1/queries/${id}/cancel`))
  }

  /** A whole result as CSV; undefined if none came in whole until then. */
  async csv(id: string, untilMs: number): Promise<string | undefined> {
    return await this.#persist(untilMs, async () => {
      const answer = await this.#fetch('GET', `/v1/queries/${id}/result`, undefined, { accept: 'text/csv' })
      return await answer.text()
    })
  }

  async #json(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<SeenQuery> {
    return (await (await this.#fetch(method, path, body, headers)).json()) as SeenQuery
  }

  async #fetch(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const answer = await fetch(this.#stack.apiUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#stack.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      signal: AbortSignal.timeout(requestMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    this.#count(String(answer.status))
    if (answer.status < 300) return answer
    const problem = await answer.text()
    if (answer.status < 500 && answer.status !== 429 && answer.status !== 409) {
      throw new Refused(`${method} ${path}: ${answer.status} ${problem}`)
    }
    throw new Error(`${answer.status} ${problem}`)
  }

  async #persist<T>(untilMs: number, request: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await request()
      } catch (error) {
        if (error instanceof Refused) throw error
        this.lastProblem = String(error)
        if (!/^\d{3} /.test((error as Error).message)) this.#count('none')
        if (performance.now() > untilMs) return undefined
        await sleep(retryMs)
      }
    }
  }

  #count(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1)
  }
}
