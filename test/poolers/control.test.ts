import { describe, expect, test } from 'vitest'
import { checkSessions } from '../../src/db/checkSessions.ts'
import { runCli } from '../cli/runCli.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startPgbouncer } from '../helpers/pgbouncer.ts'
import { spawnWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const source = await createSource(database)
const lax = { ignore_startup_parameters: 'options' }
const users = [database.url]
const transaction = (await startPgbouncer({ mode: 'transaction', users, settings: lax })).through(database.url)
const strict = (await startPgbouncer({ mode: 'session', users, poolSize: 60 })).through(database.url)
const session = (await startPgbouncer({ mode: 'session', users, settings: lax, poolSize: 60 })).through(database.url)

describe.each([
  ['shares sessions', transaction, /through a pooler in transaction mode.* session mode/],
  [
    'refuses their settings',
    strict,
    /refuses the settings of sessions .*options.*prepared_statements=false.* docs\/poolers\.md/,
  ],
])('a control database behind a PgBouncer that %s', (_, url, sentence) => {
  test('is refused by the server', async () => {
    await expect(startServer({ url })).rejects.toThrow(sentence)
  })

  test.each([['worker'], ['migrate']])('is refused by sluice %s', async (command) => {
    const { code, stderr } = await runCli([command], { env: { DATABASE_URL: url } })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(sentence) as string })
  })
})

test('what works worse behind a PgBouncer that drops the settings of sessions is said', async () => {
  expect(await checkSessions(database.url)).toBeUndefined()
  expect(await checkSessions(session)).toContain('drops the settings of sessions')
  expect(await checkSessions(unprepared(strict))).toBeUndefined()
  await expect(checkSessions(unprepared(transaction))).rejects.toThrow('through a pooler in transaction mode')
})

test.each([
  ['that drops the settings of sessions', session],
  ['that refuses them, with prepared_statements=false', unprepared(strict)],
])('a control database behind a PgBouncer in session mode works %s', async (_, session) => {
  await using server = await startServer({ url: session })
  await using _worker = await spawnWorker({ url: session, pool: database.pool })
  const { json: done } = await server.request('POST', '/v1/queries?wait=30', { sql: 'select 1 as x' })
  expect(done).toMatchObject({ state: 'succeeded' })
  const { json } = await server.request('POST', '/v1/queries', { sql: 'select pg_sleep(3600)' })
  await eventually(async () => {
    const { rowCount } = await source.pool.query(
      `select from pg_stat_activity where usename = $1 and wait_event = 'PgSleep'`,
      [source.role],
    )
    expect(rowCount).toBe(1)
  })
  await server.request('POST', `/v1/queries/${json.id}/cancel`)
  const { json: canceled } = await server.request('GET', `/v1/queries/${json.id}?wait=30`)
  expect(canceled).toMatchObject({ state: 'canceled' })
  expect(await server.request('GET', '/v1/queries?state=canceled')).toMatchObject({ status: 200 })
  const doctor = await runCli(['doctor'], { env: { DATABASE_URL: session } })
  expect(doctor).toMatchObject({ code: 0 })
  const { json: health } = await server.request('GET', '/health/ready')
  expect(health).toMatchObject({ status: 'ok' })
})

function unprepared(url: string): string {
  return `${url}?prepared_statements=false`
}
