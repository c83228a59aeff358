/**
 * Runs transactions of several connections in a given order of steps, as PostgreSQL's isolation
 * tester does: every transaction is two steps, its statement and its commit.
 */
import pg from 'pg'
import { sqlStateOf } from '../../src/db/sqlState.ts'

/** A transaction: what it does before its commit; its answer is compared, so it must not name what differs between runs. */
export interface Transaction<World> {
  name: string
  run(connection: pg.Pool, world: World): Promise<unknown>
}

/** What became of each transaction, in their order: its answer, or the SQLSTATE that ended it. */
export type Answers = unknown[]

interface Statement {
  /** It has answered, or failed. */
  settled: boolean
  failed: boolean
  /** Its transaction was committed or rolled back. */
  ended: boolean
  done: Promise<void>
}

const pollMs = 1
const stuckMs = 20_000

/** Connections on which transactions are interleaved, and one that watches who waits for whom. */
export class Interleaver implements AsyncDisposable {
  readonly #sessions: { client: pg.Client; pid: number }[]
  readonly #watcher: pg.Client

  private constructor(sessions: { client: pg.Client; pid: number }[], watcher: pg.Client) {
    this.#sessions = sessions
    this.#watcher = watcher
  }

  /** Opens so many connections to a control database. */
  static async open(url: string, sessions: number): Promise<Interleaver> {
    // A deadlock is to be noticed soon; commits of a test need not wait for the disk.
    const options = '-c deadlock_timeout=20ms -c synchronous_commit=off'
    const clients = await Promise.all(
      Array.from({ length: sessions }, async () => {
        const client = new pg.Client({ connectionString: url, options, application_name: 'sluice test (interleaved)' })
        await client.connect()
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
        return { client, pid: rows[0]!.pid }
      }),
    )
    const watcher = new pg.Client({ connectionString: url, application_name: 'sluice test (watch)' })
    await watcher.connect()
    return new Interleaver(clients, watcher)
  }

  /**
   * Runs transactions in an order of steps: `order` names each transaction twice, first for its
   * statement, then for its commit. A statement that waits for a lock lets the next step go first.
   *
   * @returns undefined if the order cannot be: the commit of a transaction comes while its statement still waits
   */
  async run<World>(
    transactions: readonly Transaction<World>[],
    order: readonly number[],
    world: World,
  ): Promise<Answers | undefined> {
    const statements = new Map<number, Statement>()
    const answers: Answers = transactions.map(() => undefined)
    for (const index of order) {
      const { client, pid } = this.#sessions[index]!
      const statement = statements.get(index)
      if (statement === undefined) {
        const started = this.#start(client, transactions[index]!, world, (answer) => (answers[index] = answer))
        statements.set(index, started)
        await this.#settledOrWaiting(started, pid)
      } else if (statement.settled) {
        await this.#end(index, statement)
        // Whoever waited for it and can go on now does so before the next step.
        for (const [other, waiting] of statements) {
          if (!waiting.settled) await this.#settledOrWaiting(waiting, this.#sessions[other]!.pid)
        }
      } else {
        await this.#endAll(statements)
        return undefined
      }
    }
    return answers
  }

  async #end(index: number, statement: Statement): Promise<void> {
    statement.ended = true
    await this.#sessions[index]!.client.query(statement.failed ? 'rollback' : 'commit')
  }

  /** Ends whatever has begun, in any order that locks allow. */
  async #endAll(statements: ReadonlyMap<number, Statement>): Promise<void> {
    while (![...statements.values()].every(({ ended }) => ended)) {
      for (const [index, statement] of statements) {
        if (statement.settled && !statement.ended) await this.#end(index, statement)
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  #start<World>(
    client: pg.Client,
    transaction: Transaction<World>,
    world: World,
    answered: (answer: unknown) => void,
  ): Statement {
    const statement: Statement = { settled: false, failed: false, ended: false, done: Promise.resolve() }
    statement.done = (async () => {
      try {
        await client.query('begin')
        answered(await transaction.run(client as unknown as pg.Pool, world))
      } catch (error) {
        statement.failed = true
        answered(sqlStateOf(error) ?? (error as Error).name)
      } finally {
        statement.settled = true
      }
    })()
    return statement
  }

  async #settledOrWaiting(statement: Statement, pid: number): Promise<void> {
    const deadline = performance.now() + stuckMs
    for (;;) {
      await Promise.race([statement.done, new Promise((resolve) => setTimeout(resolve, pollMs))])
      if (statement.settled || (await this.#waits(pid))) return
      if (performance.now() > deadline)
        throw new Error(`A statement of process ${pid} neither ends nor waits for a lock.`)
    }
  }

  async #waits(pid: number): Promise<boolean> {
    const { rows } = await this.#watcher.query<{ waits: boolean }>({
      name: 'waits',
      text: 'select cardinality(pg_blocking_pids($1)) > 0 as waits',
      values: [pid],
    })
    return rows[0]!.waits
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sessions.map(({ client }) => client), this.#watcher].map((client) => client.end()))
  }
}

/** Every order of the steps of so many transactions; each index stands in it twice. */
export function orders(transactions: number): number[][] {
  const left = Array.from({ length: transactions }, () => 2)
  const found: number[][] = []
  const extend = (order: number[]): void => {
    if (order.length === 2 * transactions) found.push(order)
    for (let i = 0; i < transactions; i++) {
      if ((left[i] ?? 0) === 0) continue
      left[i]!--
      extend([...order, i])
      left[i]!++
    }
  }
  extend([])
  return found
}

/** Whether one transaction ends before the next begins. */
export function isSerial(order: readonly number[]): boolean {
  return order.every((index, i) => i % 2 === 0 || order[i - 1] === index)
}
