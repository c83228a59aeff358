import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type pg from 'pg'
import { readOnlyState } from './retryableStates.ts'

/** For statements that work through many rows. */
export const longStatementMs = 60_000

/** So much longer an answer is waited for once PostgreSQL is known not to be reachable. */
const unreachableMs = 1_000

/** A connection that was told to end is closed after this, whether or not the other side has heard of it. */
const goodbyeMs = 2_000

/** Idle connections are ended no more often for that. */
const standbyMs = 1_000

/** A property, so that a copy of the statement has it, too. */
const ownBound = Symbol('bound of the answer')
const clientsOf = new WeakMap<pg.Pool, Set<pg.ClientBase>>()
const hurries = new WeakMap<pg.ClientBase, () => void>()
const leavers = new WeakMap<pg.ClientBase, () => void>()

/** The parts of pg's client that are bounded; it calls them with a callback or for a promise. */
interface BoundClient {
  connection: EventEmitter<{ errorMessage: [{ code?: string }] }> & { stream: Socket }
  query: (...args: unknown[]) => unknown
  end: (...args: unknown[]) => unknown
}

/**
 * Says that a statement may rightly keep the control database silent for longer than most.
 *
 * @returns the statement, to be given to `query`
 */
export function longStatement<Statement extends pg.QueryConfig>(statement: Statement): Statement {
  return Object.assign(statement, { [ownBound]: longStatementMs })
}

/**
 * Breaks a connection on which an answer is due and nothing has come, nor gone, for so long: a
 * network that swallows packets tells nobody. Whoever waits gets an error, and a pool does not
 * take the connection back. `query_timeout` of pg will not do: it gives the caller an error and
 * leaves the connection, with the answer still due, to the next one.
 *
 * A connection whose server turns out to take no writes is ended as well: after a failover the
 * same address may lead to another one.
 *
 * @param client is connected
 * @param boundMs of statements that are not a {@link longStatement}
 */
export function boundAnswers(client: pg.ClientBase, boundMs: number): void {
  const bounded = client as unknown as BoundClient
  const { stream } = bounded.connection
  const { query, end } = bounded
  let dueMs = 0
  let isEnding = false
  const expect = (ms: number): void => {
    dueMs = ms
    stream.setTimeout(ms)
  }
  stream.on('timeout', () => {
    const { bytesRead } = stream
    // What came while the event loop was busy is read before that.
    setImmediate(() => {
      if (dueMs === 0 || stream.bytesRead !== bytesRead) return
      stream.destroy(isEnding ? undefined : new Error('The connection to the control database has fallen silent'))
    })
  })
  let isStandby = false
  const leave = (): void => void stream.destroy(new Error('The connection leads to a server that takes no writes'))
  bounded.connection.on('errorMessage', ({ code }) => (isStandby ||= code === readOnlyState))
  client.on('drain', () => {
    if (isEnding) return
    expect(0)
    if (isStandby) leave()
  })
  bounded.query = (...args) => {
    expect(Math.max(dueMs, (args[0] as { [ownBound]?: number })[ownBound] ?? boundMs))
    return Reflect.apply(query, client, args)
  }
  bounded.end = (...args) => {
    isEnding = true
    expect(goodbyeMs)
    return Reflect.apply(end, client, args)
  }
  hurries.set(client, () => {
    if (dueMs > unreachableMs) expect(unreachableMs)
  })
  leavers.set(client, () => {
    if (dueMs === 0) leave()
  })
}

/** Bounds the answers on every connection of a pool, see {@link boundAnswers}. */
export function boundPool(pool: pg.Pool, boundMs: number): void {
  const clients = new Set<pg.ClientBase>()
  let leftAt = -Infinity
  clientsOf.set(pool, clients)
  pool.on('connect', (client) => {
    boundAnswers(client, boundMs)
    clients.add(client)
    const { connection } = client as unknown as BoundClient
    connection.on('errorMessage', ({ code }) => {
      if (code !== readOnlyState || performance.now() - leftAt < standbyMs) return
      leftAt = performance.now()
      endIdle(pool)
    })
  })
  pool.on('remove', (client) => clients.delete(client))
}

/** Lets connections of a bounded pool on which an answer is due break now, unless something comes. */
export function hurryAnswers(pool: pg.Pool): void {
  for (const client of clientsOf.get(pool) ?? []) hurries.get(client)?.()
}

/** Ends the connections of a bounded pool that nobody uses now: their server is not the one that takes writes. */
export function endIdle(pool: pg.Pool): void {
  for (const client of clientsOf.get(pool) ?? []) leavers.get(client)?.()
}
