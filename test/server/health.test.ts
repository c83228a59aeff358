import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'

const database = await createDatabase()
const server = await startServer(database, { apiKey: 'k'.repeat(32) })
afterAll(() => server.close())

const good = { accepting: true, database: true, migrations: true, notifications: true, partitions: true }

test('a server that can do its work is ready, and says so without a login', async () => {
  expect(await server.request('GET', '/health/live')).toMatchObject({ status: 200, json: { status: 'ok' } })
  expect(await server.request('GET', '/health/ready')).toMatchObject({
    status: 200,
    json: { status: 'ok', checks: good },
  })
})

test('a database that a later version has migrated is ready', async () => {
  await database.pool.query(`insert into sluice.migrations (name, timestamp) values ('9999_later', 'now')`)
  expect(await expectReadiness(200, good)).toMatchObject({ json: { status: 'ok' } })
})

test.each([
  [
    'lacks a migration',
    { ...good, migrations: false },
    /run sluice migrate/,
    `update sluice.migrations set name = 'x' || name where name = '0001_initial'`,
    `update sluice.migrations set name = substr(name, 2) where name = 'x0001_initial'`,
  ],
  [
    'has no tables of Sluice',
    { ...good, migrations: false, partitions: false },
    /^The database lacks migrations of this version: run sluice migrate\./,
    'alter schema sluice rename to elsewhere; create schema sluice',
    'drop schema sluice; alter schema elsewhere rename to sluice',
  ],
  [
    'has no partition for tomorrow',
    { ...good, partitions: false },
    /no partition/,
    `do $$ begin execute format('alter table sluice.%I rename to chunks_gone', 'chunks_' || to_char((now() at time zone 'UTC')::date + 1, 'YYYYMMDD')); end $$`,
    `do $$ begin execute format('alter table sluice.chunks_gone rename to %I', 'chunks_' || to_char((now() at time zone 'UTC')::date + 1, 'YYYYMMDD')); end $$`,
  ],
])('a server whose database %s is not ready, and says what to do', async (_what, checks, detail, damage, repair) => {
  await database.pool.query(damage)
  const { json } = await expectReadiness(503, checks)
  expect(json).toMatchObject({ status: 'unavailable', detail: expect.stringMatching(detail) })
  await database.pool.query(repair)
  await expectReadiness(200, good)
})

test('a server that the database refuses to tell how it stands does not say that it cannot be reached', async () => {
  await database.pool.query('alter table sluice.migrations rename column name to title')
  const { json } = await expectReadiness(503, { database: true, migrations: false })
  expect(json.detail).toBe("PostgreSQL answers, but refuses to say how it stands: the server's log has its words.")
  await database.pool.query('alter table sluice.migrations rename column title to name')
  await expectReadiness(200, good)
})

test('a server whose connection for notifications is broken is not ready until it is back', async () => {
  await database.pool.query('alter database ' + database.name + ' connection limit 0')
  const { rows } = await database.pool.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'sluice server (listen)'`)
  expect(rows).toHaveLength(1)
  await eventually(async () => {
    const { json } = await server.request('GET', '/health/ready')
    expect(json.checks.notifications).toBe(false)
  })
  await database.pool.query('alter database ' + database.name + ' connection limit -1')
  await expectReadiness(200, good)
})

async function expectReadiness(status: number, checks: object): ReturnType<typeof server.request> {
  return await eventually(async () => {
    const answer = await server.request('GET', '/health/ready')
    expect(answer).toMatchObject({ status, json: { checks } })
    return answer
  })
}
