import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flechette } from '../arrow/readers.ts'
import { runCli } from '../cli/runCli.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startS3 } from '../helpers/s3.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
await createSource(database)
const s3 = await startS3()
const server = await startServer(database, { settings: s3.settings })
await database.pool.query(`update sluice.lanes set s3_above_bytes = 0 where name = 'reports'`)
const worker = await startWorker(database, s3.settings)
afterAll(async () => {
  await worker.stop()
  await server.close()
  await s3.close()
})

const sql = `select i, md5(i::text) || md5((-i)::text) as t from generate_series(1, 20000) i`

async function submit(lane: string): Promise<string> {
  const { json } = await server.request('POST', '/v1/queries?wait=30', { sql, lane })
  expect(json).toMatchObject({ state: 'succeeded', result: { rows: 20000 } })
  return json.id as string
}

const at = (id: string): string => `/v1/queries/${id}/result`
let inS3: string
let inPostgres: string
beforeAll(async () => {
  inS3 = await submit('reports')
  inPostgres = await submit('default')
})

test('a result in S3 is the same as one in PostgreSQL, whole and by window', async () => {
  for (const query of ['format=csv', 'format=ndjson&offset=10000&limit=7', 'format=json&offset=19999']) {
    const [a, b] = await Promise.all([inS3, inPostgres].map((id) => server.request('GET', `${at(id)}?${query}`)))
    expect(a!.status).toBe(200)
    expect(a!.body.equals(b!.body)).toBe(true)
  }
  // How rows are dealt out to batches depends on how fast they came.
  const [a, b] = await Promise.all(
    [inS3, inPostgres].map(async (id) => flechette((await server.request('GET', `${at(id)}?format=arrow`)).body)),
  )
  expect(a!.rows).toHaveLength(20_000)
  expect(a!.rows).toEqual(b!.rows)
})

test('redirect=true sends who reads zstd to S3, and serves everybody else', async () => {
  const path = `${server.url}${at(inS3)}?format=arrow&redirect=true`
  const answer = await request(path, { headers: { 'accept-encoding': 'zstd' } })
  expect(answer.statusCode).toBe(307)
  await answer.body.dump()
  const object = await request(answer.headers['location'] as string)
  const direct = await request(`${server.url}${at(inS3)}?format=arrow`, { headers: { 'accept-encoding': 'zstd' } })
  expect(object.headers['content-encoding']).toBe('zstd')
  expect(Buffer.from(await object.body.arrayBuffer()).equals(Buffer.from(await direct.body.arrayBuffer()))).toBe(true)
  for (const [url, encoding] of [
    [path, 'identity'],
    [`${path}&limit=5`, 'zstd'],
    [`${server.url}${at(inPostgres)}?format=arrow&redirect=true`, 'zstd'],
    [`${server.url}${at(inS3)}?format=csv&redirect=true`, 'zstd'],
  ] as const) {
    const served = await request(url, { headers: { 'accept-encoding': encoding } })
    expect(served.statusCode).toBe(200)
    await served.body.dump()
  }
})

test('an S3 that is away is a 503 that can be tried again', async () => {
  s3.fail = () => ({ status: 403, code: 'AccessDenied' })
  const answer = await server.request('GET', `${at(inS3)}?format=csv`)
  s3.fail = () => undefined
  expect(answer).toMatchObject({ status: 503, json: { code: 'result_store_unavailable', retryable: true } })
  expect(answer.headers.get('retry-after')).toBe('5')
})

test('what is told of a query is told without S3, its first rows too', async () => {
  s3.fail = () => ({ status: 503, code: 'SlowDown' })
  const requests = s3.requests.length
  const [there, here] = await Promise.all(
    [inS3, inPostgres].map((id) => server.request('GET', `/v1/queries/${id}?wait=1`)),
  )
  const list = await server.request('GET', '/v1/queries')
  s3.fail = () => undefined
  expect(there).toMatchObject({ status: 200, json: { result: { rows: 20000, preview: { complete: false } } } })
  expect(there!.json.result.preview).toEqual(here!.json.result.preview)
  expect(there!.json.result.preview.rows.length).toBeGreaterThan(500)
  expect(list.json.queries.map(({ id }: { id: string }) => id)).toContain(inS3)
  expect(s3.requests.length).toBe(requests)
})

test('a query whose first rows are damaged says so where they would be', async () => {
  // Nobody may have read them before: they are remembered.
  const { json: submitted } = await server.request('POST', '/v1/queries', { sql })
  const id = submitted.id as string
  await eventually(async () => {
    const { json } = await server.request('GET', '/v1/queries?state=succeeded&limit=1')
    expect(json.queries[0].id).toBe(id)
  })
  await database.pool.query(
    `update sluice.chunks set data = set_byte(data, 500, (get_byte(data, 500) + 1) % 256) where query_id = $1 and n = 0`,
    [id],
  )
  const { status, json } = await server.request('GET', `/v1/queries/${id}`)
  expect({ status, result: json.result }).toMatchObject({
    status: 200,
    result: { rows: 20000, complete: true, preview_error: 'result_corrupt' },
  })
  expect(json.result).not.toHaveProperty('preview')
})

test('PATCH keeps a result longer, within what the lane allows', async () => {
  const before = Date.now()
  const { status, json } = await server.request('PATCH', at(inPostgres), { ttl_seconds: 7 * 86_400 })
  expect(status).toBe(200)
  expect(Date.parse(json.result.expires_at) - before).toBeGreaterThan(6.9 * 86_400_000)
  expect(await server.request('PATCH', at(inPostgres), { ttl_seconds: 31_000_000 })).toMatchObject({
    status: 400,
    json: { code: 'limit_above_lane_maximum' },
  })
  expect(await server.request('PATCH', at(inPostgres), { ttl_second: 1 })).toMatchObject({ status: 400 })
  const { stdout } = await runCli(['result', inPostgres, '--keep', '2d', '--url', server.url])
  expect(stdout).toMatch(/^The result is kept until 20/)
})

test('DELETE deletes a result now, its objects too, and a second time does nothing', async () => {
  const id = await submit('reports')
  expect((await s3.keys()).some((key) => key.includes(id))).toBe(true)
  for (let i = 0; i < 2; i++) expect(await server.request('DELETE', at(id))).toMatchObject({ status: 204 })
  expect(await server.request('GET', at(id))).toMatchObject({ status: 410, json: { code: 'result_expired' } })
  expect(await server.request('PATCH', at(id), { ttl_seconds: 60 })).toMatchObject({ status: 410 })
  await eventually(async () => expect((await s3.keys()).some((key) => key.includes(id))).toBe(false))
})

test('of a query that has not ended nothing can be kept or deleted', async () => {
  const { json } = await server.request('POST', '/v1/queries', { sql: 'select pg_sleep(600)' })
  for (const [method, body] of [
    ['DELETE', undefined],
    ['PATCH', { ttl_seconds: 60 }],
  ] as const) {
    expect(await server.request(method, at(json.id), body)).toMatchObject({
      status: 409,
      json: { code: 'result_not_ready' },
    })
  }
  await server.request('POST', `/v1/queries/${json.id}/cancel`)
})
