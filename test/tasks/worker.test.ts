import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { packageRoot } from '../../src/packageRoot.ts'
import { startServer } from '../helpers/app.ts'
import { auditAfterTests } from '../helpers/audit.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { noteStarted } from '../helpers/running.ts'
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
auditAfterTests(database)

const submit = async (body: object): Promise<string> => (await server.request('POST', '/v1/queries', body)).json.id
const state = async (id: string): Promise<string> => (await server.request('GET', `/v1/queries/${id}`)).json.state
const ended = async (id: string): Promise<{ state: string; attempt: number; error: { code: string } | null }> =>
  (await server.request('GET', `/v1/queries/${id}?wait=30`)).json
const atSource = async (id: string): Promise<number> =>
  (await source.pool.query(`select from pg_stat_activity where application_name like $1`, [`sluice:${id}:%`])).rowCount!

test('a worker with --lanes serves these and no other', async () => {
  await using _worker = await spawnWorker(database, { args: ['--lanes', 'reports', '--concurrency', '2'] })
  const report = await submit({ sql: 'select x from t', lane: 'reports' })
  const other = await submit({ sql: 'select x from t' })
  expect(await ended(report)).toMatchObject({ state: 'succeeded' })
  expect(await state(other)).toBe('queued')
  await using _everywhere = await startWorker(database)
  expect(await ended(other)).toMatchObject({ state: 'succeeded' })
})

test('a lane that is made while a worker runs is served by it', async () => {
  await using _worker = await startWorker(database)
  await database.pool.query(`insert into sluice.lanes (name) values ('fresh')`)
  expect(await ended(await submit({ sql: 'select x from t', lane: 'fresh' }))).toMatchObject({ state: 'succeeded' })
})

test('a worker that cannot start yet tries again until it can', async () => {
  const hasGivenUp = `select from sluice.workers where host like 'test-worker-%' and started_at > $1 and stopped_at is not null`
  const { rows } = await database.pool.query<{ now: Date }>('select now()')
  await database.pool.query('alter table sluice.lanes rename to lanes_away')
  const starting = startWorker(database)
  try {
    await eventually(async () =>
      expect((await database.pool.query(hasGivenUp, [rows[0]!.now])).rowCount).toBeGreaterThan(0),
    )
  } finally {
    await database.pool.query('alter table sluice.lanes_away rename to lanes')
  }
  await using _worker = await starting
  expect(await ended(await submit({ sql: 'select x from t' }))).toMatchObject({ state: 'succeeded' })
})

test('nothing of a paused lane starts, and what waited starts when it is resumed', async () => {
  await using _worker = await startWorker(database)
  expect(await server.request('POST', '/v1/lanes/reports/pause')).toMatchObject({ status: 200, json: { paused: true } })
  const waiting = await submit({ sql: 'select x from t', lane: 'reports' })
  expect(await ended(await submit({ sql: 'select x from t' }))).toMatchObject({ state: 'succeeded' })
  expect(await state(waiting)).toBe('queued')
  await server.request('POST', '/v1/lanes/reports/resume')
  expect(await ended(waiting)).toMatchObject({ state: 'succeeded' })
})

test('no more of a lane runs at one time than its concurrency, over all workers', async () => {
  await database.pool.query(`insert into sluice.lanes (name, concurrency) values ('narrow', 2)`)
  await using _one = await startWorker(database)
  await using _two = await startWorker(database)
  const ids = await Promise.all(
    Array.from({ length: 8 }, () => submit({ sql: 'select pg_sleep(0.2)', lane: 'narrow' })),
  )
  for (const id of ids) expect(await ended(id)).toMatchObject({ state: 'succeeded' })
  const { rows } = await database.pool.query<{ most: number }>(`
    select max(running)::integer as most from (
      select sum(case when query_events.state = 'running' then 1 else -1 end) over (order by query_events.at, query_events.id) as running
      from sluice.query_events join sluice.queries on queries.id = query_id
      where lane = 'narrow' and query_events.state in ('running', 'succeeded')
    ) load`)
  expect(rows[0]!.most).toBe(2)
})

test('a stopping worker lets a running query end and claims no other', async () => {
  const worker = await spawnWorker(database, { settings: { SLUICE_DRAIN_SECONDS: '20', SLUICE_CONCURRENCY: '1' } })
  const running = await submit({ sql: 'select pg_sleep(2), x from t' })
  await eventually(async () => expect(await state(running)).toBe('running'))
  const waiting = await submit({ sql: 'select x from t' })
  worker.signal('SIGTERM')
  expect(await worker.exited).toMatchObject({ code: 0 })
  expect(await state(running)).toBe('succeeded')
  expect(await state(waiting)).toBe('queued')
  await using _next = await startWorker(database)
  expect(await ended(waiting)).toMatchObject({ state: 'succeeded' })
})

test('what a stopping worker cannot finish is canceled at the source, put back, and runs again at no cost', async () => {
  const worker = await spawnWorker(database, { settings: { SLUICE_DRAIN_SECONDS: '1' } })
  const id = await submit({ sql: 'select pg_sleep(60)' })
  await eventually(async () => expect(await atSource(id)).toBe(1))
  worker.signal('SIGTERM')
  expect(await worker.exited).toMatchObject({ code: 0 })
  expect(await state(id)).toBe('queued')
  await eventually(async () => expect(await atSource(id)).toBe(0))
  await using _next = await startWorker(database)
  await eventually(async () => expect(await atSource(id)).toBe(1))
  const { rows } = await database.pool.query('select attempt, interruptions from sluice.queries where id = $1', [id])
  expect(rows[0]).toEqual({ attempt: 2, interruptions: 1 })
  await server.request('POST', `/v1/queries/${id}/cancel`)
  expect(await ended(id)).toMatchObject({ state: 'canceled' })
})

test('a worker that is asked to drain lets its queries end, claims no other, and stops', async () => {
  const worker = await spawnWorker(database, { settings: { SLUICE_LEASE_SECONDS: '4', SLUICE_DRAIN_SECONDS: '20' } })
  const id = await submit({ sql: 'select pg_sleep(2), x from t' })
  await eventually(async () => expect(await state(id)).toBe('running'))
  expect(await server.request('POST', `/v1/workers/${worker.id}/drain`)).toMatchObject({ status: 200 })
  expect(await worker.exited).toMatchObject({ code: 0 })
  expect(await state(id)).toBe('succeeded')
})

test('a statement that may write is not put back by a stopping worker', async () => {
  const worker = await spawnWorker(database, { settings: { SLUICE_DRAIN_SECONDS: '0' } })
  const id = await submit({ sql: 'insert into w select 1 from pg_sleep(60)', source: 'writing' })
  await eventually(async () => expect(await atSource(id)).toBe(1))
  worker.signal('SIGTERM')
  await worker.exited
  expect(await ended(id)).toMatchObject({ state: 'failed', error: { code: 'interrupted' } })
})

test('a cancel stops the statement at the source, whichever worker runs it', async () => {
  await using _worker = await spawnWorker(database)
  const id = await submit({ sql: 'select pg_sleep(60)' })
  await eventually(async () => expect(await atSource(id)).toBe(1))
  const answer = await server.request('POST', `/v1/queries/${id}/cancel`)
  expect(answer).toMatchObject({ status: 202, json: { state: expect.stringMatching(/^(canceling|canceled)$/) } })
  expect(await ended(id)).toMatchObject({ state: 'canceled', error: null })
  await eventually(async () => expect(await atSource(id)).toBe(0))
  expect(await server.request('POST', `/v1/queries/${id}/cancel`)).toMatchObject({
    status: 200,
    json: { state: 'canceled' },
  })
})

test('a query whose worker was killed runs again on another', async () => {
  const dying = await spawnWorker(database, { settings: { SLUICE_LEASE_SECONDS: '4' } })
  const id = await submit({ sql: 'select pg_sleep(1), x from t' })
  await eventually(async () => expect(await state(id)).toBe('running'))
  await dying.kill()
  await using _next = await startWorker(database)
  const query = await ended(id)
  expect(query).toMatchObject({ state: 'succeeded', attempt: 2 })
}, 120_000)

test('a query that ran out of time is timed_out', async () => {
  await using _worker = await startWorker(database)
  const id = await submit({ sql: 'select pg_sleep(60)', timeout_seconds: 1 })
  expect(await ended(id)).toMatchObject({ state: 'timed_out', error: { code: 'statement_timeout' } })
})

test('a statement that switches its time limit off is stopped all the same', async () => {
  await using _worker = await startWorker(database)
  const id = await submit({
    sql: `select set_config('statement_timeout', '0', false), pg_sleep(60)`,
    timeout_seconds: 1,
  })
  expect(await ended(id)).toMatchObject({ state: 'timed_out', error: { code: 'statement_timeout' } })
  await eventually(async () => expect(await atSource(id)).toBe(0))
})

test('a query that waited longer than it would is timed_out', async () => {
  await server.request('POST', '/v1/lanes/reports/pause')
  await using _worker = await startWorker(database)
  const id = await submit({ sql: 'select x from t', lane: 'reports', queue_timeout_seconds: 1 })
  expect(await ended(id)).toMatchObject({ state: 'timed_out', error: { code: 'queue_timeout' } })
  await server.request('POST', '/v1/lanes/reports/resume')
})

test('a query with run_at waits for it', async () => {
  await using _worker = await startWorker(database)
  const runAt = new Date(Date.now() + 1500)
  const id = await submit({ sql: 'select now() as at from t', run_at: runAt.toISOString() })
  expect(await state(id)).toBe('queued')
  const query = (await server.request('GET', `/v1/queries/${id}?wait=30`)).json
  expect(query.state).toBe('succeeded')
  expect(Date.parse(query.started_at)).toBeGreaterThanOrEqual(runAt.getTime())
})

test('a query of a source that cannot be reached fails and says so without naming the host', async () => {
  await using _worker = await startWorker(database)
  await server.request('POST', '/v1/sources', { name: 'away', host: '127.0.0.1', port: 1, database: 'd', user: 'u' })
  const query = (await server.request('POST', '/v1/queries?wait=30', { sql: 'select 1', source: 'away' })).json
  expect(query).toMatchObject({ state: 'failed', error: { code: 'source_unreachable', retryable: true } })
  expect(query.error.message).not.toContain('127.0.0.1')
})

test('the stock graphile-worker command with the shipped configuration is a worker too', async () => {
  const child = spawn(join(packageRoot, 'node_modules', '.bin', 'graphile-worker'), [], {
    cwd: packageRoot,
    env: { ...process.env, DATABASE_URL: database.url, SLUICE_LOG_LEVEL: 'warn', SLUICE_LANES: 'interactive' },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const noteStopped = noteStarted('graphile-worker', async () => {
    child.kill('SIGKILL')
    await exited
  })
  const id = await submit({ sql: 'select x from t', lane: 'interactive' })
  expect(await ended(id)).toMatchObject({ state: 'succeeded' })
  child.kill('SIGTERM')
  await exited
  noteStopped()
  const { rows } = await database.pool.query(
    'select stopped_at is not null as stopped from sluice.workers where pid = $1',
    [child.pid],
  )
  expect(rows).toEqual([{ stopped: true }])
})
