import { afterAll, expect, test } from 'vitest'
import { startServer } from './app.ts'
import { createDatabase, createSource } from './database.ts'
import { spawnWorker, startWorker } from './worker.ts'

const database = await createDatabase()
await createSource(database, { setup: 'create table t as select 42 as x' })
const server = await startServer(database)
afterAll(() => server.close())

test('a query that is submitted to a server runs in a worker of the same process', async () => {
  await using _worker = await startWorker(database)
  const answer = await server.request('POST', '/v1/queries?wait=10', { sql: 'select x from t' })
  expect(answer).toMatchObject({ status: 200, json: { state: 'succeeded', result: { preview: { rows: [[42]] } } } })
})

test('a query that is submitted to a server runs in a worker process, which ends in order at SIGTERM', async () => {
  await using worker = await spawnWorker(database)
  const answer = await server.request('POST', '/v1/queries?wait=10', { sql: 'select x from t' })
  expect(answer).toMatchObject({ status: 200, json: { state: 'succeeded', worker: worker.id } })
  worker.signal('SIGTERM')
  expect(await worker.exited).toEqual({ code: 0, signal: null })
})
