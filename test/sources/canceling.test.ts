import { once } from 'node:events'
import net from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { addSource } from '../../src/sources/manage.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const source = await createSource(database, { setup: 'create table t as select 1 as x', maxConnections: 1 })
const server = await startServer(database)
const worker = await startWorker(database, { SLUICE_CONCURRENCY: '2' })
// Accepts connections and never says a word.
const silent = net.createServer((socket) => void socket.on('error', () => undefined))
const silentSockets: net.Socket[] = []
silent.on('connection', (socket) => void silentSockets.push(socket))

beforeAll(async () => {
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as net.AddressInfo
  await addSource(database.pool, 'silent', { host: '127.0.0.1', port, database: 'x', user: 'x', tls: 'disable' })
})
afterAll(async () => {
  for (const socket of silentSockets) socket.destroy()
  silent.close()
  await worker.stop()
  await server.close()
})

afterEach(async () => {
  await database.pool.query(`select sluice.cancel(id) from sluice.queries where state in ('queued', 'running')`)
})

const endless = 'select generate_series(1, 1000000000000) as i'

async function submit(sql: string, options: Record<string, unknown> = {}): Promise<string> {
  const { status, json } = await server.request('POST', '/v1/queries', { sql, ...options })
  // 200: it has ended by then.
  expect([200, 202]).toContain(status)
  return (json as { id: string }).id
}

interface Resource {
  state: string
  error: { code: string } | null
  result: unknown
  progress: { chunks: number }
}

async function resource(id: string, wait = 0): Promise<Resource> {
  return (await server.request('GET', `/v1/queries/${id}?wait=${wait}`)).json as Resource
}

async function cancel(id: string): Promise<Resource> {
  const { status } = await server.request('POST', `/v1/queries/${id}/cancel`)
  // A cancel may have come to its end before it is answered.
  expect([200, 202]).toContain(status)
  return await resource(id, 20)
}

/** What the source's role does there, apart from waiting for the next statement. */
async function busy(): Promise<string[]> {
  const { rows } = await source.pool.query<{ wait_event: string | null }>(
    `select wait_event from pg_stat_activity where usename = $1 and state <> 'idle'`,
    [source.role],
  )
  return rows.map((row) => row.wait_event ?? 'running')
}

/** Nothing of a query is left: not at the source, not in the store, and its slot serves the next one. */
async function expectNothingLeft(id: string): Promise<void> {
  await eventually(async () => expect(await busy()).toEqual([]))
  await eventually(async () => {
    const { rows } = await database.pool.query(
      `select (select count(*)::int from sluice.chunks where query_id = $1) as chunks,
        (select count(*)::int from sluice.results where query_id = $1) as results,
        (select count(*)::int from sluice.leases where query_id = $1) as leases`,
      [id],
    )
    expect(rows).toEqual([{ chunks: 0, results: 0, leases: 0 }])
  })
  const next = await submit('select x from t')
  expect(await resource(next, 20)).toMatchObject({ state: 'succeeded' })
}

describe('a query that is canceled', () => {
  test('while its worker connects to a source that does not answer', async () => {
    const id = await submit('select 1', { source: 'silent' })
    await eventually(() => expect(silentSockets).not.toEqual([]))
    expect(await cancel(id)).toMatchObject({ state: 'canceled', result: null })
    await expectNothingLeft(id)
  })

  test('while it waits for a connection that another one has', async () => {
    const first = await submit('select pg_sleep(3600)')
    await eventually(async () => expect(await busy()).toEqual(['PgSleep']))
    const second = await submit('select x from t')
    await eventually(async () => expect(await resource(second)).toMatchObject({ state: 'running' }))
    expect(await cancel(second)).toMatchObject({ state: 'canceled' })
    expect(await busy()).toEqual(['PgSleep'])
    expect(await cancel(first)).toMatchObject({ state: 'canceled' })
    await expectNothingLeft(first)
  })

  test('while the source describes it', async () => {
    const client = await source.pool.connect()
    await client.query('begin; lock table t in access exclusive mode')
    const id = await submit('select x as y from t')
    await eventually(async () => expect(await busy()).toEqual(['relation']))
    expect(await cancel(id)).toMatchObject({ state: 'canceled' })
    await client.query('rollback')
    client.release()
    await expectNothingLeft(id)
  })

  test('while the source executes it', async () => {
    const id = await submit('select pg_sleep(3600)')
    await eventually(async () => expect(await busy()).toEqual(['PgSleep']))
    expect(await cancel(id)).toMatchObject({ state: 'canceled' })
    await expectNothingLeft(id)
  })

  test('while its rows are read and stored', async () => {
    const id = await submit(endless)
    await eventually(async () => expect((await resource(id)).progress.chunks).toBeGreaterThan(2))
    expect(await cancel(id)).toMatchObject({ state: 'canceled', result: null })
    await expectNothingLeft(id)
  })
})

test('a query that runs too long is timed out, and nothing of it is left', async () => {
  for (const sql of ['select pg_sleep(3600)', endless]) {
    const id = await submit(sql, { timeout_seconds: 1 })
    expect(await resource(id, 20)).toMatchObject({
      state: 'timed_out',
      error: { code: 'statement_timeout' },
      result: null,
    })
    await expectNothingLeft(id)
  }
})

test('a query that fails after chunks were stored leaves none', async () => {
  const id = await submit(`select i, 1 / (150000 - i) as x from (select generate_series(1, 200000) as i) t`)
  expect(await resource(id, 20)).toMatchObject({
    state: 'failed',
    error: { code: 'sql_error', sqlstate: '22012' },
    result: null,
  })
  await expectNothingLeft(id)
})

test('a query whose session is ended at the source fails, and the next one runs', async () => {
  const id = await submit('select pg_sleep(3600)')
  await eventually(async () => expect(await busy()).toEqual(['PgSleep']))
  await source.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [source.role])
  expect(await resource(id, 20)).toMatchObject({ state: 'failed', error: { code: 'source_connection_lost' } })
  await expectNothingLeft(id)
})
