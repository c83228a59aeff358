import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { claim } from '../../src/queries/claim.ts'
import { packageRoot } from '../../src/packageRoot.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startProxy } from '../helpers/tcpProxy.ts'
import { spawnWorker, startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const source = await createSource(database, { setup: 'create table t as select 42 as x' })
await createSource(database, {
  name: 'writing',
  setup: 'create table w (x int)',
  grants: 'grant all on w to :role',
  writes: true,
})
const server = await startServer(database)
afterAll(() => server.close())

const leaseSeconds = 4
const settings = { SLUICE_LEASE_SECONDS: String(leaseSeconds) }

const submit = async (body: object): Promise<string> => (await server.request('POST', '/v1/queries', body)).json.id
const ended = async (id: string): Promise<{ state: string; attempt: number; error: { code: string } | null }> =>
  (await server.request('GET', `/v1/queries/${id}?wait=30`)).json

/** Attempts of a query that run at the source now. */
async function atSource(id: string): Promise<number[]> {
  const { rows } = await source.pool.query<{ attempt: string }>(
    `select split_part(application_name, ':', 3) as attempt from pg_stat_activity
     where application_name like $1 and state = 'active' order by 1`,
    [`sluice:${id}:%`],
  )
  return rows.map(({ attempt }) => Number(attempt))
}

async function pathOf(id: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ step: string }>(
    `select concat_ws(' ', state, reason) as step from sluice.query_events where query_id = $1 order by id`,
    [id],
  )
  return rows.map(({ step }) => step)
}

async function countersOf(id: string): Promise<unknown> {
  const { rows } = await database.pool.query(
    'select attempt, interruptions, worker_losses from sluice.queries where id = $1',
    [id],
  )
  return rows[0]
}

const workerOf = async (id: string): Promise<Record<string, unknown>> =>
  (await database.pool.query('select * from sluice.workers where id = $1', [id])).rows[0]

test('a worker that stands still loses its query to another one, which ends its session at the source', async () => {
  await using frozen = await spawnWorker(database, { settings })
  // The first attempt would take a minute, a later one a second.
  const soon = new Date(Date.now() + 4_000).toISOString()
  const id = await submit({ sql: `select pg_sleep(case when now() < '${soon}' then 60 else 1 end), x from t` })
  await eventually(async () => expect(await atSource(id)).toEqual([1]))
  // The heart has told of the session before it stands still.
  await eventually(async () => expect(await workerOf(frozen.id)).toMatchObject({ sessions: [{ source: 'default' }] }))
  frozen.signal('SIGSTOP')
  await using _other = await startWorker(database, settings)
  await eventually(async () => expect(await atSource(id)).toEqual([2]), 40_000)
  expect(await workerOf(frozen.id)).toMatchObject({ stopped_at: expect.any(Date), sessions: [] })

  frozen.signal('SIGCONT')
  expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 2, error: null })
  expect(await pathOf(id)).toEqual(['queued', 'running', 'queued worker_lost', 'running', 'succeeded'])
  expect(await countersOf(id)).toEqual({ attempt: 2, interruptions: 0, worker_losses: 1 })
  // It goes on under a new name, and works.
  await eventually(() => expect(frozen.output()).toMatch(/declared dead by another worker/))
  const { rows } = await database.pool.query('select id from sluice.orphans')
  expect(rows).toEqual([])
}, 120_000)

test('a worker that loses the control database cancels what it runs before its lease is over, and runs it again', async () => {
  await using proxy = await proxied()
  await using worker = await spawnWorker({ url: proxy.url, pool: database.pool }, { settings })
  const id = await submit({ sql: 'select pg_sleep(12), x from t' })
  await eventually(async () => expect(await atSource(id)).toEqual([1]))
  proxy.cut()
  await eventually(async () => expect(await atSource(id)).toEqual([]))
  const { heartbeat_at: lastBeat } = (await workerOf(worker.id)) as { heartbeat_at: Date }
  const { rows } = await database.pool.query<{ now: Date }>('select clock_timestamp() as now')
  expect(rows[0]!.now.getTime() - lastBeat.getTime()).toBeLessThan(leaseSeconds * 1000)

  proxy.mend()
  await eventually(async () => expect(await atSource(id)).toEqual([2]))
  expect(await workerOf(worker.id)).toMatchObject({ stopped_at: null })
  expect(await countersOf(id)).toEqual({ attempt: 2, interruptions: 1, worker_losses: 0 })
  await server.request('POST', `/v1/queries/${id}/cancel`)
  expect(await ended(id)).toMatchObject({ state: 'canceled' })
})

test('a statement that may write and was running when the control database went is not run again', async () => {
  await using proxy = await proxied()
  await using _worker = await spawnWorker({ url: proxy.url, pool: database.pool }, { settings })
  const id = await submit({ sql: 'insert into w select 1 from pg_sleep(20)', source: 'writing' })
  await eventually(async () => expect(await atSource(id)).toEqual([1]))
  proxy.cut()
  await eventually(async () => expect(await atSource(id)).toEqual([]))
  proxy.mend()
  expect(await ended(id)).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'interrupted' } })
})

test('what ended while the control database was away for less than a lease is kept', async () => {
  await using proxy = await proxied()
  await using _worker = await spawnWorker({ url: proxy.url, pool: database.pool })
  const id = await submit({ sql: 'select pg_sleep(1), x from t' })
  await eventually(async () => expect(await atSource(id)).toEqual([1]))
  proxy.cut()
  await eventually(async () => expect(await atSource(id)).toEqual([]))
  proxy.mend()
  expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
})

test('a busy event loop does not cost a worker its lease', async () => {
  const busyMs = 1.5 * leaseSeconds * 1000
  const preload = pathToFileURL(join(packageRoot, 'test', 'helpers', 'busyLoop.ts')).href
  await using worker = await spawnWorker(database, {
    settings: { ...settings, NODE_OPTIONS: `--import ${preload}`, TEST_BUSY_MS: String(busyMs) },
  })
  await using _other = await startWorker(database, { ...settings, SLUICE_LANES: 'reports' })
  const id = await submit({ sql: `select pg_sleep(1), x from t` })
  await eventually(async () => expect(await atSource(id)).toEqual([1]))
  worker.signal('SIGUSR2')
  expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
  expect(await workerOf(worker.id)).toMatchObject({ stopped_at: null })
  const { rows } = await database.pool.query<{ seconds: number }>(
    `select extract(epoch from finished_at - started_at)::float8 as seconds from sluice.queries where id = $1`,
    [id],
  )
  expect(rows[0]!.seconds).toBeGreaterThan(leaseSeconds)
}, 120_000)

test('a claim whose answer was lost is given back', async () => {
  await database.pool.query(`insert into sluice.lanes (name) values ('lost')`)
  await using worker = await startWorker(database, { ...settings, SLUICE_LANES: 'reports' })
  const id = await submit({ sql: 'select x from t', lane: 'lost' })
  expect(await claim(database.pool, worker.id, 'lost', 1, false)).toHaveLength(1)
  await database.pool.query(`update sluice.leases set granted_at = granted_at - interval '1 minute'`)
  await eventually(async () => expect(await pathOf(id)).toEqual(['queued', 'running', 'queued interrupted']))
  await using _other = await startWorker(database, { ...settings, SLUICE_LANES: 'lost' })
  expect(await ended(id)).toMatchObject({ state: 'succeeded' })
})

test('a worker says how it is', async () => {
  await using worker = await startWorker(database, settings)
  await eventually(async () =>
    expect(await workerOf(worker.id)).toMatchObject({
      rss_bytes: expect.stringMatching(/^\d{7,}$/),
      lease_seconds: leaseSeconds,
      pid: process.pid,
      slots: 16,
      stopped_at: null,
    }),
  )
})

async function proxied(): Promise<{ url: string; cut(): void; mend(): void } & AsyncDisposable> {
  const proxy = await startProxy(new URL(database.url))
  return { ...proxy, [Symbol.asyncDispose]: () => proxy.close() }
}
