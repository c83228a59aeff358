import { afterAll, expect, test } from 'vitest'
import { startWay } from '../faults/stack/way.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const source = await createSource(database)
const way = await startWay(new URL(database.url))
const server = await startServer({ url: way.url })
const worker = await startWorker({ url: way.url, pool: database.pool })
afterAll(async () => {
  await worker.stop()
  await server.close()
  await way.close()
})

test('without notifications a query is still started, and who waits for it is told of its end', async () => {
  way.swallowNotifications()
  const before = way.swallowed
  const { json } = await server.request('POST', '/v1/queries?wait=30', { sql: 'select 1 as x' })
  expect(json).toMatchObject({ state: 'succeeded', attempt: 1 })
  expect(way.swallowed).toBeGreaterThan(before)
})

test.each([
  ['the API', (id: string) => server.request('POST', `/v1/queries/${id}/cancel`)],
  ['psql', (id: string) => database.pool.query('select sluice.cancel($1)', [id])],
])('without notifications a cancel from %s still reaches the worker', async (_, cancel) => {
  way.swallowNotifications()
  const { json } = await server.request('POST', '/v1/queries', { sql: 'select pg_sleep(3600)' })
  const running = async (): Promise<number | null> => {
    const { rowCount } = await source.pool.query(
      `select from pg_stat_activity where usename = $1 and wait_event = 'PgSleep'`,
      [source.role],
    )
    return rowCount
  }
  await eventually(async () => expect(await running()).toBe(1))
  const before = way.swallowed
  await cancel(json.id as string)
  const { json: canceled } = await server.request('GET', `/v1/queries/${json.id}?wait=30`)
  expect(canceled).toMatchObject({ state: 'canceled' })
  expect(await running()).toBe(0)
  expect(way.swallowed).toBeGreaterThan(before)
})
