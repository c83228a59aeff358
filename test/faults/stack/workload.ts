import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import { Client, type SeenQuery } from './client.ts'
import type { Stack } from './stack.ts'

/** What a query does, and what it must come to. */
export interface Kind {
  name: string
  body: (key: string, random: Random) => Record<string, unknown>
  /** The CSV of the result; undefined: it does not succeed, or its result is not compared. */
  csv?: (key: string) => string
  /** States that it may end in without a fault. */
  ends: readonly SeenQuery['state'][]
  /** Canceled by its client after so many milliseconds. */
  cancelAfterMs?: (random: Random) => number
  writes?: true
}

const manyRows = 20_000

/** The statements that users of such a system send. */
export const kinds: readonly Kind[] = [
  {
    name: 'value',
    body: (key) => ({ sql: 'select $1::text as key, 42 as answer', params: [key] }),
    csv: (key) => `key,answer\r\n${key},42\r\n`,
    ends: ['succeeded'],
  },
  {
    name: 'rows',
    body: (key) => ({ sql: 'select n, digest, $1::text as key from numbers order by n', params: [key] }),
    ends: ['succeeded'],
  },
  {
    name: 'sleep',
    body: (key, random) => ({
      sql: 'select $1::text as key from pg_sleep($2::float8)',
      params: [key, random.between(0.2, 4)],
    }),
    csv: (key) => `key\r\n${key}\r\n`,
    ends: ['succeeded'],
  },
  {
    name: 'slow rows',
    body: (key) => ({
      sql: `select n, repeat(digest, 50) as text, $1::text as key, pg_sleep(0.001) from numbers where n <= 2000`,
      params: [key],
    }),
    ends: ['succeeded'],
  },
  { name: 'error', body: () => ({ sql: 'select 1 / 0' }), ends: ['failed'] },
  {
    name: 'write',
    body: (key, random) => ({
      sql: 'insert into ledger (key) select $1::text from pg_sleep($2::float8)',
      params: [key, random.between(0, 2)],
      source: 'ledger',
    }),
    ends: ['succeeded'],
    writes: true,
  },
  {
    name: 'canceled',
    body: () => ({ sql: 'select pg_sleep(60)' }),
    ends: ['canceled'],
    cancelAfterMs: (random) => random.between(0, 4000),
  },
  {
    name: 'canceled near its end',
    body: () => ({ sql: 'select pg_sleep(1)' }),
    ends: ['canceled', 'succeeded'],
    cancelAfterMs: (random) => random.between(900, 1300),
  },
  { name: 'too long', body: () => ({ sql: 'select pg_sleep(60)', timeout_seconds: 1 }), ends: ['timed_out'] },
]

/** Number of rows that a kind's result has, where its text is not compared. */
export const rowsOf: Readonly<Record<string, number>> = { rows: manyRows, 'slow rows': 2000 }

/** A query that a client submitted. */
export interface Submitted {
  key: string
  kind: Kind
  /** Its id, once the client was told: from then on it must not be lost. */
  id: string | undefined
  /** The client was told that its cancel was accepted. */
  cancelAccepted: boolean
}

/** Submits queries of random kinds, at random moments, and cancels some. */
export class Workload {
  readonly client: Client
  readonly submitted: Submitted[] = []
  readonly #random: Random
  readonly #work: Promise<void>[] = []

  constructor(stack: Pick<Stack, 'apiUrl' | 'apiKey'>, random: Random) {
    this.client = new Client(stack)
    this.#random = random
  }

  /**
   * Begins to submit so many queries over a time.
   *
   * @param patienceMs how long a client tries to get its query accepted
   */
  start(count: number, overMs: number, patienceMs: number): void {
    const beginsAt = performance.now()
    for (let i = 0; i < count; i++) {
      const kind = this.#random.pick(kinds)
      const key = randomUUID()
      const entry: Submitted = { key, kind, id: undefined, cancelAccepted: false }
      const body = kind.body(key, this.#random)
      const afterMs = this.#random.between(0, overMs)
      const cancelAfterMs = kind.cancelAfterMs?.(this.#random)
      this.submitted.push(entry)
      this.#work.push(this.#submit(entry, body, afterMs, cancelAfterMs, beginsAt + overMs + patienceMs))
    }
  }

  /** Fulfils when every client has its answers, or has given up. */
  async done(): Promise<void> {
    await Promise.all(this.#work)
  }

  async #submit(
    entry: Submitted,
    body: object,
    afterMs: number,
    cancelAfterMs: number | undefined,
    untilMs: number,
  ): Promise<void> {
    await sleep(afterMs)
    entry.id = (await this.client.submit(body, entry.key, untilMs))?.id
    if (cancelAfterMs === undefined || entry.id === undefined) return
    await sleep(cancelAfterMs)
    entry.cancelAccepted = (await this.client.cancel(entry.id, untilMs + 30_000)) !== undefined
  }
}
