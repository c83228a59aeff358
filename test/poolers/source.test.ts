import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { RunError } from '../../src/errors.ts'
import { readCatalog } from '../../src/sources/catalog.ts'
import { SourceConnections } from '../../src/sources/connections.ts'
import { addSource } from '../../src/sources/manage.ts'
import { Statement } from '../../src/sources/statement.ts'
import { testSource } from '../../src/sources/testSource.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startPgbouncer } from '../helpers/pgbouncer.ts'
import { spawnWorker } from '../helpers/worker.ts'
import { textsOf } from '../results/ourTexts.ts'
import { collect, errorOf, requestOf, runStatement, sourceAt } from '../sources/session.ts'

const control = await createDatabase()
const database = await createSource(control, {
  setup: `create table t (x integer); create table numbers as select generate_series(1, 200000) as n`,
  grants: 'grant insert on t to :role',
})
// What a session finds is not what Sluice wants.
await database.pool.query(`
  alter role ${database.role} set intervalstyle = 'iso_8601';
  alter role ${database.role} set timezone = 'Asia/Tokyo';
  alter role ${database.role} set extra_float_digits = 0`)
const pooler = await startPgbouncer({ mode: 'transaction', users: [database.roleUrl] })
const lax = await startPgbouncer({
  mode: 'transaction',
  users: [database.roleUrl],
  poolSize: 1,
  settings: { ignore_startup_parameters: 'options', query_wait_timeout: '1' },
})
const connections = new SourceConnections()
afterAll(() => connections.close())

const source = sourceAt(pooler.through(database.roleUrl), { preparedStatements: false, maxConnections: 8 })
const stopped = new RunError('interrupted', 'Stopped by the test.')

/** What others find in each of the pooler's sessions, which they share with Sluice. */
async function foundByOthers(): Promise<object[]> {
  const clients = [0, 1].map(() => new pg.Client({ connectionString: pooler.through(database.roleUrl) }))
  try {
    for (const client of clients) {
      await client.connect()
      // Both at once, so that each has a session.
      await client.query('begin')
    }
    return await Promise.all(
      clients.map(async (client) => {
        const { rows } = await client.query<object>(`
          select current_setting('statement_timeout') as statement_timeout, current_setting('lock_timeout') as lock_timeout,
            current_setting('application_name') as application_name, current_setting('IntervalStyle') as intervals,
            current_setting('sluice.test', true) as own,
            (select count(*)::integer from pg_locks join pg_database on pg_database.oid = database
              where locktype = 'advisory' and datname = current_database()) as locks,
            (select count(*)::integer from pg_prepared_statements) as prepared`)
        return rows[0]!
      }),
    )
  } finally {
    for (const client of clients) await client.end()
  }
}

const clean = {
  statement_timeout: '0',
  lock_timeout: '0',
  application_name: '',
  intervals: 'iso_8601',
  own: expect.toBeOneOf([null, '']) as unknown,
  locks: 0,
  prepared: 0,
}

describe('a source behind PgBouncer in transaction mode', () => {
  test('says what to change when it is taken for a server', async () => {
    const asServer = { ...source, preparedStatements: true }
    const error = await errorOf(runStatement(connections, { ...asServer, name: 'a' }, 'select 1'))
    expect(error).toMatchObject({
      code: 'source_pooled',
      message:
        'A pooler before source a refuses the settings of its sessions: set prepared_statements of the source to false.',
    })
    expect(await testSource(asServer)).toMatchObject({ ok: false, error: { code: 'source_pooled' } })
  })

  test('also when PgBouncer was told to ignore the options of a session', async () => {
    const error = await errorOf(
      runStatement(connections, sourceAt(lax.through(database.roleUrl), { name: 'b' }), 'select 1'),
    )
    expect(error).toMatchObject({ code: 'source_pooled', message: expect.stringContaining(' drops ') })
  })

  test('gives values in the forms of Sluice, whatever its sessions are set to', async () => {
    const sql = `select interval '1 day 2 hours' as i, timestamptz '2026-01-01 00:00Z' as t, 0.1::float8 + 0.2 as f, $1::text as p`
    const texts = async (from: typeof source): Promise<unknown> => {
      const result = await runStatement(connections, from, sql, { params: ['x'] })
      return result.columns.map((_, column) => textsOf(result, column))
    }
    const direct = await texts(sourceAt(database.roleUrl, { name: 'direct' }))
    // A second time as it was described the first time, in one write.
    expect([await texts(source), await texts(source)]).toEqual([direct, direct])
  })

  test('runs more statements at a time than the pooler has sessions, each with its own result', async () => {
    const runs = Array.from({ length: 24 }, async (_, i) => {
      const { batches } = await runStatement(connections, source, `select n + ${i} as n from numbers`)
      return batches.reduce((rows, batch) => rows + batch.rows, 0)
    })
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 24 }, () => 200_000))
  })

  test('leaves nothing in the sessions that others use, of its own or of the statement', async () => {
    const statements = [
      `select set_config('statement_timeout', '1', false), set_config('sluice.test', 'x', false), pg_advisory_lock(1)`,
      `select pg_advisory_lock(2), 1 / (n - 1) from numbers`,
      `select n from numbers`,
    ]
    for (const sql of [...statements, ...statements]) {
      await runStatement(connections, source, sql, { timeoutSeconds: 7 }).catch(() => undefined)
    }
    expect(await foundByOthers()).toEqual([clean, clean])
  })

  test('commits what a statement writes if it may', async () => {
    const writing = { ...source, name: 'writing', writes: true }
    await runStatement(connections, writing, 'insert into t values (1) returning x')
    await errorOf(runStatement(connections, source, 'insert into t values (2)'))
    expect((await database.pool.query('select x from t')).rows).toEqual([{ x: 1 }])
    expect(await foundByOthers()).toEqual([clean, clean])
  })

  test('ends a statement that is stopped, is sure of it, and leaves the statements of others alone', async () => {
    const other = new pg.Client({ connectionString: pooler.through(database.roleUrl) })
    await other.connect()
    const undisturbed = other.query<{ x: number }>('select 1 as x, pg_sleep(2)')
    const { connection, memory } = await connections.acquire(source, AbortSignal.timeout(20_000))
    const request = requestOf('select pg_sleep(600)', { applicationName: 'sluice:stopped:1' })
    const statement = new Statement(connection, request, memory)
    const outcome = errorOf(collect(statement))
    await eventually(async () => expect(await named('sluice:stopped:1')).toBe(1))
    statement.stop(stopped)
    expect(await statement.settled).toBe('gone')
    expect(await named('sluice:stopped:1')).toBe(0)
    connections.release(connection)
    expect(await outcome).toMatchObject({ code: 'interrupted' })
    expect((await undisturbed).rows[0]).toMatchObject({ x: 1 })
    await other.end()
    expect(await foundByOthers()).toEqual([clean, clean])
  })

  test('does not take the end of a connection to the pooler for that of the session', async () => {
    const { connection, memory } = await connections.acquire(source, AbortSignal.timeout(20_000))
    const statement = new Statement(connection, requestOf('select pg_sleep(600)', { applicationName: 'lost' }), memory)
    const outcome = errorOf(collect(statement))
    await eventually(async () => expect(await named('lost')).toBe(1))
    await database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lost'`)
    expect(await outcome).toMatchObject({ code: 'source_connection_lost' })
    expect(await statement.settled).toBe('uncertain')
    connections.release(connection)
  })

  test('that has no session left for a statement in time has lost its connection, which may be tried again', async () => {
    const holder = new pg.Client({ connectionString: lax.through(database.roleUrl) })
    await holder.connect()
    await holder.query('begin')
    const full = { ...sourceAt(lax.through(database.roleUrl), { name: 'full' }), preparedStatements: false }
    expect(await errorOf(runStatement(connections, full, 'select 1'))).toMatchObject({
      code: 'source_connection_lost',
      retryable: true,
    })
    await holder.end()
  })

  test('is tested, and its catalog read', async () => {
    expect(await testSource(source)).toMatchObject({ ok: true, warnings: [] })
    const { relations } = await readCatalog(source)
    expect(relations.map(({ name }) => name)).toEqual(['numbers', 't'])
    expect(await foundByOthers()).toEqual([clean, clean])
  })
})

test('queries of a source behind PgBouncer run and are canceled as any others', async () => {
  const { hostname, port } = new URL(pooler.through(database.roleUrl))
  await addSource(control.pool, 'pooled', {
    host: hostname,
    port: Number(port),
    database: database.name,
    user: database.role,
    password: decodeURIComponent(new URL(database.roleUrl).password),
    tls: 'disable',
    prepared_statements: false,
  })
  await using server = await startServer(control)
  await using worker = await spawnWorker(control, { settings: { SLUICE_LEASE_SECONDS: '3' } })
  const submit = async (sql: string, query = ''): ReturnType<typeof server.request> =>
    await server.request('POST', `/v1/queries${query}`, { sql, source: 'pooled' })
  const { json: done } = await submit('select count(*) as n from numbers', '?wait=20')
  expect(done).toMatchObject({ state: 'succeeded', attempt: 1 })
  const { json } = await submit('select pg_sleep(600)')
  await eventually(async () => expect(await named(`sluice:${json.id}:%`)).toBe(1))
  await server.request('POST', `/v1/queries/${json.id}/cancel`)
  const { json: canceled } = await server.request('GET', `/v1/queries/${json.id}?wait=20`)
  expect(canceled).toMatchObject({ state: 'canceled' })
  expect(await named(`sluice:${json.id}:%`)).toBe(0)

  // The pooler's sessions are not the worker's, and what it leaves behind is still ended.
  const { json: left } = await submit('select pg_sleep(600)')
  await eventually(async () => expect(await named(`sluice:${left.id}:%`)).toBe(1))
  await worker.kill()
  await eventually(async () => expect(await named(`sluice:${left.id}:%`)).toBe(0))
})

/** Sessions at the server in which a run of this name is under way. */
async function named(name: string): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    'select count(*)::integer as count from pg_stat_activity where application_name like $1',
    [name],
  )
  return rows[0]!.count
}
