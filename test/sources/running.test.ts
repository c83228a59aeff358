import { once } from 'node:events'
import net from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { RunError } from '../../src/errors.ts'
import { SourceConnections } from '../../src/sources/connections.ts'
import { Statement, type StatementRequest } from '../../src/sources/statement.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { textsOf } from '../results/ourTexts.ts'
import { collect, errorOf, requestOf, runStatement, sourceAt, streamOf, type RunResult } from './session.ts'

const control = await createDatabase()
const database = await createSource(control, { setup: 'create table t as select 1 as x' })
const source = sourceAt(database.roleUrl, { maxConnections: 2 })
const connections = new SourceConnections()
afterAll(() => connections.close())

const stopped = new RunError('interrupted', 'Stopped by the test.')

/** Rows without end, one after another; in FROM the function itself would make them all first. */
const endless = 'select generate_series(1, 1000000000000) as i'

const started: Statement[] = []

/** Starts a statement as a worker would; its connection goes back when it has settled. */
async function start(sql: string, request: Partial<StatementRequest> = {}): Promise<{ statement: Statement }> {
  const { connection, memory } = await connections.acquire(source, AbortSignal.timeout(20_000))
  const statement = new Statement(connection, requestOf(sql, request), memory)
  void statement.settled.then(() => connections.release(connection))
  started.push(statement)
  return { statement }
}

/** Collects a result that is looked at later. */
function collecting(statement: Statement): Promise<RunResult> {
  const result = collect(statement)
  result.catch(() => undefined)
  return result
}

interface Backend {
  pid: number
  state: string
  query: string
  wait_event: string | null
}

/** The sessions of the source's role. */
async function backends(): Promise<Backend[]> {
  const { rows } = await database.pool.query<Backend>(
    'select pid, state, query, wait_event from pg_stat_activity where usename = $1 order by pid',
    [database.role],
  )
  return rows
}

/** Waits until the only session that does something is one of which this holds. */
async function busyBackend(expected: Partial<Backend>): Promise<Backend> {
  return await eventually(async () => {
    const busy = (await backends()).filter(({ state }) => state !== 'idle')
    expect(busy).toEqual([expect.objectContaining(expected)])
    return busy[0]!
  })
}

async function expectNobodyBusy(): Promise<void> {
  expect((await backends()).filter(({ state }) => state !== 'idle')).toEqual([])
}

async function expectGone(pid: number): Promise<void> {
  await eventually(async () => expect((await backends()).map((backend) => backend.pid)).not.toContain(pid))
}

async function ownPid(): Promise<number> {
  const { stream } = await runStatement(connections, source, 'select pg_backend_pid()')
  return Number(flechette(stream).rows[0]![0])
}

afterEach(async () => {
  for (const statement of started.splice(0)) statement.stop(stopped)
  await eventually(expectNobodyBusy)
})

describe('a limit', () => {
  test.each<[Partial<StatementRequest>, 'row_limit' | 'byte_limit']>([
    [{ rowLimit: 1000 }, 'row_limit'],
    [{ byteLimit: 50_000 }, 'byte_limit'],
  ])('%o cuts an endless result, says so, and the statement is gone at the source', async (limits, limitingFactor) => {
    const sql = `select i, 'row ' || i from (${endless}) t`
    const result = await runStatement(connections, source, sql, limits)
    expect(result.limitingFactor).toBe(limitingFactor)
    expect(result.rows).toBe(limitingFactor === 'row_limit' ? 1000 : result.rows)
    const texts = textsOf(result)
    expect(texts).toEqual(Array.from({ length: result.rows }, (_, i) => String(i + 1)))
    expect(result.batches.filter(({ last }) => last)).toEqual(result.batches.slice(-1))
    await eventually(async () => expect((await backends()).filter(({ query }) => query === sql)).toEqual([]))
  })

  test('that is just reached does not cut', async () => {
    const sql = 'select i from generate_series(1, 1000) i'
    await expect(runStatement(connections, source, sql, { rowLimit: 1000 })).resolves.toMatchObject({
      rows: 1000,
      limitingFactor: null,
    })
    await expect(runStatement(connections, source, sql, { rowLimit: 999 })).resolves.toMatchObject({
      rows: 999,
      limitingFactor: 'row_limit',
    })
    await expect(runStatement(connections, source, 'select 1 where false', { rowLimit: 1 })).resolves.toMatchObject({
      rows: 0,
      limitingFactor: null,
    })
  })

  test('is followed by statements that run as ever', async () => {
    for (let i = 0; i < 5; i++) {
      await runStatement(connections, source, endless, { rowLimit: 10 })
      expect(await ownPid()).toBeGreaterThan(0)
    }
  })
})

describe('a slow statement', () => {
  // A server sends what it has when 8 kB are together.
  const firstRows = `select i, repeat('x', 10000), pg_sleep(case when i > 9 then 3600 else 0 end) from generate_series(1, 10) i`

  test('gives its first rows while it runs', async () => {
    const { statement } = await start(firstRows)
    const columns = await statement.columns
    const received: (string | null)[] = []
    for await (const batch of statement.batches()) {
      expect(batch.last).toBe(false)
      received.push(...flechette(streamOf(columns, [batch])).rows.map(([i]) => i!))
      if (received.length >= 5) break
    }
    expect(received).toEqual(Array.from({ length: received.length }, (_, i) => String(i + 1)))
    const { pid } = await busyBackend({ wait_event: 'PgSleep' })
    statement.stop(stopped)
    await statement.settled
    await expectGone(pid)
  })
})

describe('a consumer that does not take its batches', () => {
  test('makes the source wait, and gets everything when it goes on', async () => {
    const { statement } = await start(`select i, repeat('x', 1000) from generate_series(1, 60000) i`)
    const columns = await statement.columns
    const rowsWaiting = await eventually(async () => {
      const { rows } = statement.summary
      await busyBackend({ wait_event: 'ClientWrite' })
      expect(statement.summary.rows).toBe(rows)
      return rows
    })
    // Two batches of a megabyte wait, a third is open, and one read may have brought a little more.
    expect(rowsWaiting).toBeLessThan(5000)
    await busyBackend({ wait_event: 'ClientWrite' })
    expect(statement.summary.rows).toBe(rowsWaiting)

    const batches = await Array.fromAsync(statement.batches())
    const texts = textsOf({ columns, batches })
    expect(texts).toEqual(Array.from({ length: 60_000 }, (_, i) => String(i + 1)))
    await statement.settled
  })

  test('can be stopped while the source waits', async () => {
    const { statement } = await start(`select repeat('x', 1000) from generate_series(1, 1000000)`)
    const { pid } = await busyBackend({ wait_event: 'ClientWrite' })
    statement.stop(stopped)
    await statement.settled
    await expectGone(pid)
    await expect(collect(statement)).rejects.toThrow('Stopped by the test.')
    expect(await ownPid()).not.toBe(pid)
  })
})

describe('a statement that is stopped', () => {
  test('while it is described leaves no session, and its connection is not used again', async () => {
    await using locked = await lockTable()
    const { statement } = await start('select * from t')
    const { pid } = await busyBackend({ wait_event: 'relation' })
    statement.stop(stopped)
    await statement.settled
    expect(await errorOf(statement.columns)).toBe(stopped.error)
    await expectGone(pid)
    await locked.release()
    expect(await ownPid()).not.toBe(pid)
  })

  test('while it is executed leaves no session, and its connection is not used again', async () => {
    const { statement } = await start('select pg_sleep(3600)')
    const result = collecting(statement)
    const { pid } = await busyBackend({ wait_event: 'PgSleep' })
    statement.stop(stopped)
    expect(await errorOf(result)).toBe(stopped.error)
    await statement.settled
    await expectGone(pid)
    expect(await ownPid()).not.toBe(pid)
  })

  test('while its rows come leaves no session, and its connection is not used again', async () => {
    const { statement } = await start(`select i from (${endless}) t`)
    const seen: number[] = []
    const reading = (async () => {
      for await (const { rows } of statement.batches()) seen.push(rows)
    })()
    reading.catch(() => undefined)
    await eventually(() => expect(seen.length).toBeGreaterThan(2))
    const { pid } = await busyBackend({ state: 'active' })
    statement.stop(stopped)
    await expect(reading).rejects.toThrow('Stopped by the test.')
    await statement.settled
    await expectGone(pid)
    expect(await ownPid()).not.toBe(pid)
  })

  test('at any moment from its start leaves no session behind', async () => {
    const sql = `select i, repeat('x', 100) from (${endless}) t`
    for (let turns = 0; turns < 40; turns++) {
      const { statement } = await start(sql)
      const result = collecting(statement)
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
      statement.stop(stopped)
      await expect(result).rejects.toThrow('Stopped by the test.')
      await statement.settled
    }
    await eventually(async () => expect((await backends()).filter(({ query }) => query === sql)).toEqual([]))
  })

  test('after its end keeps its result and its connection', async () => {
    const { statement } = await start('select pg_backend_pid() as pid')
    const { stream } = await collect(statement)
    statement.stop(stopped)
    await statement.settled
    expect(await ownPid()).toBe(Number(flechette(stream).rows[0]![0]))
  })
})

describe('a statement that takes too long', () => {
  test.each(['select pg_sleep(3600)', `select set_config('statement_timeout', '0', false), pg_sleep(3600)`])(
    'fails with a timeout, and its connection is used again: %s',
    async (sql) => {
      const before = await ownPid()
      const error = await errorOf(runStatement(connections, source, sql, { timeoutSeconds: 1 }))
      expect(error).toMatchObject({ code: 'statement_timeout', sqlstate: '57014' })
      expect(await ownPid()).toBe(before)
    },
  )

  test('also while its rows are read', async () => {
    const sql = `select i, repeat('x', 10000), pg_sleep(0.1) from generate_series(1, 100000) i`
    const error = await errorOf(runStatement(connections, source, sql, { timeoutSeconds: 1 }))
    expect(error).toMatchObject({ code: 'statement_timeout' })
  })
})

describe('a session that is ended at the source', () => {
  test('while a statement runs fails it, and the next one has another session', async () => {
    const { statement } = await start('select pg_sleep(3600)')
    const result = collecting(statement)
    const { pid } = await busyBackend({ wait_event: 'PgSleep' })
    await database.pool.query('select pg_terminate_backend($1)', [pid])
    expect(await errorOf(result)).toMatchObject({ code: 'source_connection_lost', sqlstate: '57P01', retryable: true })
    await statement.settled
    expect(await ownPid()).not.toBe(pid)
  })

  test('while it is idle is not noticed by the next statement', async () => {
    const pid = await ownPid()
    await database.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
      database.role,
    ])
    await expectGone(pid)
    await eventually(async () => expect(await ownPid()).not.toBe(pid))
  })

  test('by pg_cancel_backend fails the statement as the source says, and the session lives on', async () => {
    const { statement } = await start('select pg_sleep(3600)')
    const result = collecting(statement)
    const { pid } = await busyBackend({ wait_event: 'PgSleep' })
    await database.pool.query('select pg_cancel_backend($1)', [pid])
    expect(await errorOf(result)).toMatchObject({ code: 'sql_error', sqlstate: '57014' })
    await statement.settled
    expect(await ownPid()).toBe(pid)
  })
})

describe('acquiring a connection', () => {
  test('to a host that accepts and never answers can be given up at once', async () => {
    const silent = net.createServer((socket) => void socket.on('error', () => undefined))
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as net.AddressInfo
    const own = new SourceConnections()
    const controller = new AbortController()
    const accepted = once(silent, 'connection') as Promise<[net.Socket]>
    const acquiring = own.acquire({ ...source, port }, controller.signal)
    const [socket] = await accepted
    controller.abort(stopped)
    await expect(acquiring).rejects.toBe(stopped)
    socket.destroy()
    own.close()
    silent.close()
    await once(silent, 'close')
  })

  test.each<[Partial<typeof source>, string]>([
    [{ port: 1 }, 'source_unreachable'],
    [{ host: 'no-such-host.invalid' }, 'source_unreachable'],
    [{ password: 'wrong' }, 'source_login_failed'],
    [{ username: 'nobody_at_all' }, 'source_login_failed'],
    [{ database: 'no_such_database' }, 'source_login_failed'],
  ])('with %o fails with %s and tells no host', async (settings, code) => {
    const own = new SourceConnections()
    const wrong = { ...source, ...settings }
    const error = await errorOf(own.acquire(wrong, AbortSignal.timeout(20_000)))
    expect(error.code).toBe(code)
    expect(error.message).not.toMatch(/127\.0\.0\.1|localhost|invalid/)
    // The failed try has given its place back.
    for (let i = 0; i < 3; i++) await errorOf(own.acquire(wrong, AbortSignal.timeout(20_000)))
    own.close()
  })

  test('waits while all that the source allows are lent, in turn, and an abort leaves the queue', async () => {
    const signal = AbortSignal.timeout(20_000)
    const one = await connections.acquire(source, signal)
    const two = await connections.acquire(source, signal)
    const order: string[] = []
    const controller = new AbortController()
    const gone = connections.acquire(source, controller.signal)
    const first = connections.acquire(source, signal).then((lent) => (order.push('first'), lent))
    const second = connections.acquire(source, signal).then((lent) => (order.push('second'), lent))
    controller.abort(stopped)
    await expect(gone).rejects.toBe(stopped)
    expect(order).toEqual([])
    connections.release(one.connection)
    expect((await first).connection).toBe(one.connection)
    connections.release(two.connection)
    expect((await second).connection).toBe(two.connection)
    expect(order).toEqual(['first', 'second'])
    for (const lent of [await first, await second]) connections.release(lent.connection)
  })

  test('an abort in the moment of its turn gives the turn to the next', async () => {
    const signal = AbortSignal.timeout(20_000)
    const one = await connections.acquire(source, signal)
    const two = await connections.acquire(source, signal)
    const controller = new AbortController()
    const aborted = connections.acquire(source, controller.signal)
    const next = connections.acquire(source, signal)
    connections.release(one.connection)
    controller.abort(stopped)
    await expect(aborted).rejects.toBe(stopped)
    expect((await next).connection).toBe(one.connection)
    for (const lent of [one, two]) connections.release(lent.connection)
  })

  test('of a source that was changed makes a new one', async () => {
    const own = new SourceConnections()
    const pidOf = async (version: number): Promise<RunResult> =>
      await runStatement(own, { ...source, version }, 'select pg_backend_pid()')
    const pids = []
    for (const version of [1, 1, 2, 2]) pids.push(flechette((await pidOf(version)).stream).rows[0]![0])
    own.close()
    expect([pids[0] === pids[1], pids[1] === pids[2], pids[2] === pids[3]]).toEqual([true, false, true])
  })
})

/** Locks table t against everybody until it is released. */
async function lockTable(): Promise<AsyncDisposable & { release(): Promise<void> }> {
  const client = await database.pool.connect()
  await client.query('begin; lock table t in access exclusive mode')
  let released: Promise<unknown> | undefined
  const release = async (): Promise<void> => {
    released ??= client.query('rollback').finally(() => client.release())
    await released
  }
  return { release, [Symbol.asyncDispose]: release }
}
