import { afterAll, expect, test } from 'vitest'
import { RunError } from '../../src/errors.ts'
import { endBackends } from '../../src/sources/backends.ts'
import { sendCancelRequest } from '../../src/sources/cancelRequest.ts'
import { SourceConnection } from '../../src/sources/connection.ts'
import { SourceConnections } from '../../src/sources/connections.ts'
import type { Source } from '../../src/sources/source.ts'
import { Statement } from '../../src/sources/statement.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startProxy } from '../helpers/tcpProxy.ts'
import { requestOf, runStatement, sourceAt } from './session.ts'
import { startTlsFront } from './tlsFront.ts'

const control = await createDatabase()
const database = await createSource(control, {
  setup: `
    create function stubborn() returns void language plpgsql as $$
    begin
      loop
        begin
          perform pg_sleep(3600);
        exception when query_canceled then
          raise notice 'not yet';
        end;
      end loop;
    end $$`,
})
const direct = sourceAt(database.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

const stopped = new RunError('interrupted', 'Stopped by the test.')

async function start(source: Source, sql: string, applicationName = 'test'): Promise<Statement> {
  const { connection, memory } = await connections.acquire(source, AbortSignal.timeout(20_000))
  const statement = new Statement(connection, requestOf(sql, { applicationName }), memory)
  void statement.settled.then(() => connections.release(connection))
  return statement
}

/** Process ids of the sessions of the source's role that run something. */
async function busy(): Promise<number[]> {
  const { rows } = await database.pool.query<{ pid: number }>(
    `select pid from pg_stat_activity where usename = $1 and state <> 'idle' and wait_event = 'PgSleep'`,
    [database.role],
  )
  return rows.map(({ pid }) => pid)
}

const sessions = async (): Promise<number> =>
  (await database.pool.query(`select from pg_stat_activity where usename = $1`, [database.role])).rowCount!

test('a statement that is canceled is known to be gone when it has settled', async () => {
  const statement = await start(direct, 'select pg_sleep(3600)')
  const [pid] = await eventually(async () => {
    const pids = await busy()
    expect(pids).toHaveLength(1)
    return pids
  })
  statement.stop(stopped)
  expect(await statement.settled).toBe('gone')
  const { rows } = await database.pool.query('select from pg_stat_activity where pid = $1', [pid])
  expect(rows).toEqual([])
})

test('a statement that takes no notice of a cancel is terminated, and known to be gone', async () => {
  const statement = await start(direct, 'select stubborn()')
  await eventually(async () => expect(await busy()).toHaveLength(1))
  statement.stop(stopped)
  expect(await statement.settled).toBe('gone')
  expect(await busy()).toEqual([])
})

test('a statement whose connection is cut while its source cannot be reached may still be there', async () => {
  await using proxy = await proxied()
  const statement = await start(proxy.source, 'select pg_sleep(3600)')
  await eventually(async () => expect(await busy()).toHaveLength(1))
  proxy.cut()
  expect(await statement.settled).toBe('uncertain')
  await expect(statement.columns.then(() => Array.fromAsync(statement.batches()))).rejects.toMatchObject({
    error: { code: 'source_connection_lost' },
  })
  // The server looks for its client every two seconds.
  await eventually(async () => expect(await busy()).toEqual([]))
})

test('a statement whose session was ended at the source is known to be gone', async () => {
  const statement = await start(direct, 'select pg_sleep(3600)')
  await eventually(async () => expect(await busy()).toHaveLength(1))
  await database.pool.query(`select pg_terminate_backend($1)`, await busy())
  expect(await statement.settled).toBe('gone')
})

test('sessions are ended by their process and start, or by the name under which a run is shown', async () => {
  const one = await start(direct, 'select pg_sleep(3600)', 'run one')
  const other = await start(direct, 'select pg_sleep(3600)', 'run other')
  await eventually(async () => expect(await busy()).toHaveLength(2))
  const ended = endBackends(direct, { backends: [], applicationNames: ['run one'] }, 5_000)
  expect(await ended).toBe(true)
  expect(await one.settled).toBe('gone')
  expect(await busy()).toHaveLength(1)

  const { rows } = await database.pool.query<{ pid: number; startedAt: string; later: string }>(
    `select pid, backend_start::text as "startedAt", (backend_start + interval '1 microsecond')::text as later
     from pg_stat_activity where pid = $1`,
    await busy(),
  )
  const { pid, startedAt, later } = rows[0]!
  // The same process id, but of a session that began at another time: that one is gone already.
  expect(await endBackends(direct, { backends: [{ pid, startedAt: later }], applicationNames: [] }, 5_000)).toBe(true)
  expect(await busy()).toEqual([pid])
  expect(await endBackends(direct, { backends: [{ pid, startedAt }], applicationNames: [] }, 5_000)).toBe(true)
  expect(await other.settled).toBe('gone')
})

test('the sessions of a source that cannot be reached are not said to be gone', async () => {
  await using proxy = await proxied()
  proxy.cut()
  expect(await endBackends(proxy.source, { backends: [], applicationNames: ['run'] }, 200)).toBe(false)
})

test('a connection says which session it is', async () => {
  const connection = await SourceConnection.connect(direct)
  const { rows } = await database.pool.query(
    'select from pg_stat_activity where pid = $1 and backend_start = $2::timestamptz',
    [connection.backend?.pid, connection.backend?.startedAt],
  )
  expect(rows).toHaveLength(1)
  connection.close()
  expect(await connection.closed).toBe(true)
})

test('a cancel request is encrypted where the source takes TLS', async () => {
  await using front = await startTlsFront(direct.host, direct.port)
  const source: Source = { ...direct, name: 'tls', host: '127.0.0.1', port: front.port, tls: 'require' }
  const statement = await start(source, 'select pg_sleep(3600)')
  await eventually(async () => expect(await busy()).toHaveLength(1))
  statement.stop(stopped)
  expect(await statement.settled).toBe('gone')
  expect(front.cancels).toEqual(['encrypted'])
  expect(await busy()).toEqual([])
})

test('a cancel request is never sent in the clear to a source that takes TLS; the session ends all the same', async () => {
  await using front = await startTlsFront(direct.host, direct.port, [2, 3, 4])
  const source: Source = { ...direct, name: 'half-tls', host: '127.0.0.1', port: front.port, tls: 'require' }
  const statement = await start(source, 'select pg_sleep(3600)')
  await eventually(async () => expect(await busy()).toHaveLength(1))
  statement.stop(stopped)
  await eventually(async () => expect(await busy()).toEqual([]))
  expect(front.cancels).toEqual([])
  expect(await statement.settled).toBe('gone')
})

test('a certificate that does not fit is refused by cancel requests as by connections', async () => {
  await using front = await startTlsFront(direct.host, direct.port)
  const source: Source = { ...direct, name: 'unsafe', host: '127.0.0.1', port: front.port, tls: 'verify-full' }
  await expect(SourceConnection.connect(source)).rejects.toMatchObject({ error: { code: 'source_unreachable' } })
  await expect(sendCancelRequest(source, { processID: 1, secretKey: 1 })).rejects.toThrow(/certificate/)
  expect(front.cancels).toEqual([])
})

test('nothing is left of all this', async () => {
  expect((await runStatement(connections, direct, 'select 1 as x')).rows).toBe(1)
  connections.close()
  await eventually(async () => expect(await sessions()).toBe(0))
})

async function proxied(): Promise<{ source: Source; cut(): void } & AsyncDisposable> {
  const proxy = await startProxy(new URL(database.roleUrl))
  const { hostname, port } = new URL(proxy.url)
  return {
    source: { ...direct, name: `proxied ${port}`, host: hostname, port: Number(port) },
    cut: () => proxy.cut(),
    [Symbol.asyncDispose]: () => proxy.close(),
  }
}
