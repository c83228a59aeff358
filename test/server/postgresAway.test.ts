import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startProxy } from '../helpers/tcpProxy.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
await createSource(database)
const proxy = await startProxy(new URL(database.url))
const server = await startServer({ url: proxy.url })
const worker = await startWorker(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
  await proxy.close()
})

test('while PostgreSQL is away requests get 503 and when to try again, and work when it is back', async () => {
  const submit = async (): ReturnType<typeof server.request> =>
    await server.request('POST', '/v1/queries?wait=10', { sql: 'select 1 as x' })
  const before = await submit()
  expect(before).toMatchObject({ status: 200, json: { state: 'succeeded' } })

  proxy.cut()
  for (const request of [
    submit(),
    server.request('GET', `/v1/queries/${before.json.id}`),
    server.request('GET', '/v1/lanes'),
  ]) {
    const answer = await request
    expect(answer).toMatchObject({ status: 503, json: { code: 'database_unavailable', retryable: true } })
    expect(answer.headers.get('retry-after')).toBe('2')
  }
  expect(await server.request('GET', '/health/ready')).toMatchObject({ status: 503, json: { status: 'unavailable' } })
  expect(await server.request('GET', '/health/live')).toMatchObject({ status: 200 })

  proxy.mend()
  expect(await submit()).toMatchObject({ status: 200, json: { state: 'succeeded' } })
  await eventually(async () => expect(await server.request('GET', '/health/ready')).toMatchObject({ status: 200 }))
})

test('one who waits while the connection for notifications breaks is answered all the same', async () => {
  const { json } = await server.request('POST', '/v1/queries', { sql: 'select pg_sleep(1.5)' })
  const waiting = server.request('GET', `/v1/queries/${json.id}?wait=30`)
  await eventually(async () => {
    const { rows } = await database.pool.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'sluice server (listen)'`)
    expect(rows).toHaveLength(1)
  })
  expect(await waiting).toMatchObject({ status: 200, json: { state: 'succeeded' } })
})
