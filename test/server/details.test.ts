import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
await createSource(database)
const server = await startServer(database)
const worker = await startWorker(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
})

test('details hold parameters, limits and every state that the query entered', async () => {
  const params = [{ type: 'int8', value: '9007199254740993' }, null]
  const submitted = { sql: 'select $1::int8, $2::text', params, row_limit: 5, timeout_seconds: 7 }
  const { json: query } = await server.request('POST', '/v1/queries?wait=20', submitted)
  const { status, json } = await server.request('GET', `/v1/queries/${query.id}/details`)
  expect(status).toBe(200)
  expect(json).toMatchObject({
    params,
    row_limit: 5,
    timeout_seconds: 7,
    run_at: null,
    cancel_requested_at: null,
    events: [
      { state: 'queued', attempt: 0, worker: null },
      { state: 'running', attempt: 1, worker: worker.id },
      { state: 'succeeded', attempt: 1, worker: worker.id },
    ],
  })
})

test('there are no details of a query that does not exist', async () => {
  const answer = await server.request('GET', '/v1/queries/00000000-0000-7000-8000-000000000000/details')
  expect(answer).toMatchObject({ status: 404, json: { code: 'query_not_found' } })
})
