import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
await createSource(database, { setup: 'create table t as select generate_series(1, 3) as x' })
const server = await startServer(database)
const worker = await startWorker(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
})

const submit = async (body: unknown, query = '', headers = {}): Promise<Awaited<ReturnType<typeof server.request>>> =>
  await server.request('POST', `/v1/queries${query}`, body, headers)

test('a submission is answered at once with 202, where to look, and when to ask again', async () => {
  const answer = await submit({ sql: 'select pg_sleep(0.5)' })
  expect(answer.status).toBe(202)
  expect(answer.headers.get('location')).toBe(`/v1/queries/${answer.json.id}`)
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(['queued', 'running']).toContain(answer.json.state)
})

test.each([
  ['?wait=10', {}],
  ['', { Prefer: 'wait=10' }],
  ['', { Prefer: 'respond-async, wait="10"' }],
])('a submission that waits (%s %o) is answered with the result', async (query, headers) => {
  const answer = await submit(
    { sql: 'select x, x::text as t from t order by x', labels: { team: 'a' } },
    query,
    headers,
  )
  expect(answer).toMatchObject({
    status: 200,
    json: {
      state: 'succeeded',
      labels: { team: 'a' },
      attempt: 1,
      result: {
        columns: [
          { name: 'x', type: 'int4', nullable: true },
          { name: 't', type: 'text', nullable: true },
        ],
        rows: 3,
        complete: true,
        truncated: false,
        preview: {
          rows: [
            [1, '1'],
            [2, '2'],
            [3, '3'],
          ],
          complete: true,
        },
      },
    },
  })
})

test('a failed statement is a 200 whose state says so, with sqlstate and position', async () => {
  const answer = await submit({ sql: 'select 1 from nowhere' }, '?wait=10')
  expect(answer).toMatchObject({
    status: 200,
    json: { state: 'failed', error: { code: 'sql_error', sqlstate: '42P01', position: 15, retryable: false } },
  })
  expect(await server.request('GET', `/v1/queries/${answer.json.id}/result`)).toMatchObject({
    status: 422,
    json: { code: 'query_failed', query_id: answer.json.id, sqlstate: '42P01', position: 15 },
  })
})

test('a submission that accepts another media type gets the result itself', async () => {
  const answer = await submit({ sql: 'select x from t order by x' }, '?wait=10', { Accept: 'text/csv' })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(answer.body.toString()).toBe('x\r\n1\r\n2\r\n3\r\n')
  expect(answer.headers.get('sluice-query-id')).toMatch(/^[0-9a-f-]{36}$/)
})

test('a wait that passes is answered with 202; with on_wait_timeout cancel the query is canceled', async () => {
  const kept = await submit({ sql: 'select pg_sleep(3)' }, '?wait=1')
  expect(kept).toMatchObject({ status: 202, json: { state: 'running' } })
  const dropped = await submit({ sql: 'select pg_sleep(60)', on_wait_timeout: 'cancel' }, '?wait=1')
  expect(dropped.json.state).toMatch(/^cancel/)
  expect(await server.request('GET', `/v1/queries/${dropped.json.id}?wait=10`)).toMatchObject({
    json: { state: 'canceled' },
  })
})

test('parameters are bound, typed or not', async () => {
  const params = [1, 'two', null, { type: 'numeric', value: '3.10' }, [1, 2]]
  const answer = await submit({ sql: 'select $1::int, $2::text, $3::date, $4, $5::int[]', params }, '?wait=10')
  expect(answer.json.result.preview.rows).toEqual([[1, 'two', null, '3.10', [1, 2]]])
})

test.each<[string, unknown, string]>([
  ['an unknown field', { sql: 'select 1', row_limits: 5 }, 'row_limits'],
  ['no sql', {}, 'sql'],
  ['sql that is no text', { sql: 1 }, 'sql'],
  ['empty sql', { sql: '  ' }, 'sql'],
  ['sql above 1 MB', { sql: `select '${'x'.repeat(1024 * 1024)}'` }, 'sql'],
  ['a priority out of range', { sql: 'select 1', priority: 10 }, 'priority'],
  ['a limit of 0', { sql: 'select 1', row_limit: 0 }, 'row_limit'],
  ['a label that is no text', { sql: 'select 1', labels: { a: 1 } }, 'labels'],
  [
    '65 labels',
    { sql: 'select 1', labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, ''])) },
    'labels',
  ],
  ['a run_at that is no time', { sql: 'select 1', run_at: 'tomorrow' }, 'run_at'],
  ['a field that is planned', { sql: 'select 1', max_age_seconds: 5 }, 'max_age_seconds'],
])('%s is refused, and the answer names it', async (_, body, field) => {
  const answer = await submit(body)
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.json.detail).toContain(field)
})

test.each<[string, object, number, string]>([
  ['lane', { lane: 'nowhere' }, 404, 'unknown_lane'],
  ['source', { source: 'nowhere' }, 404, 'unknown_source'],
  ['limit', { timeout_seconds: 1_000_000 }, 400, 'limit_above_lane_maximum'],
])(
  'a %s that does not exist or is too much is refused by name, and nothing is left behind',
  async (_, body, status, code) => {
    const before = await database.pool.query('select count(*) from sluice.queries')
    expect(await submit({ sql: 'select 1', ...body })).toMatchObject({ status, json: { code, retryable: false } })
    expect((await database.pool.query('select count(*) from sluice.queries')).rows).toEqual(before.rows)
  },
)

test.each(['wait=61', 'wait=-1', 'wait=x', 'wait=1.5'])('a wait of %s is refused', async (wait) => {
  expect(await submit({ sql: 'select 1' }, `?${wait}`)).toMatchObject({ status: 400 })
  expect(await submit({ sql: 'select 1' }, '', { Prefer: wait })).toMatchObject({ status: 400 })
})

test('an id that is no UUID, one that does not exist, and an address that does not exist', async () => {
  expect(await server.request('GET', '/v1/queries/17')).toMatchObject({ status: 400, json: { code: 'invalid_id' } })
  const unknown = '/v1/queries/01900000-0000-7000-8000-000000000000'
  for (const [method, path] of [
    ['GET', unknown],
    ['GET', `${unknown}/result`],
    ['POST', `${unknown}/cancel`],
  ] as const) {
    expect(await server.request(method, path)).toMatchObject({ status: 404, json: { code: 'query_not_found' } })
  }
  expect(await server.request('GET', '/v2')).toMatchObject({ status: 404, json: { code: 'route_not_found' } })
})

test('a body that is not JSON, and one that is too large', async () => {
  const send = async (body: string, type: string): Promise<Response> =>
    await fetch(`${server.url}/v1/queries`, { method: 'POST', body, headers: { 'Content-Type': type } })
  expect((await send('{"sql":', 'application/json')).status).toBe(400)
  expect((await send('select 1', 'text/plain')).status).toBe(415)
  expect((await send(JSON.stringify({ sql: 'x'.repeat(9 * 1024 * 1024) }), 'application/json')).status).toBe(413)
})

test('one Idempotency-Key makes one query, and refuses another request', async () => {
  const headers = { 'Idempotency-Key': 'once' }
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => await submit({ sql: 'select 7' }, '', headers)),
  )
  expect(new Set(answers.map((answer) => answer.json.id)).size).toBe(1)
  expect(await submit({ sql: 'select 8' }, '', headers)).toMatchObject({
    status: 422,
    json: { code: 'idempotency_key_reused' },
  })
  expect(await submit({ sql: 'select 7' }, '?wait=10', headers)).toMatchObject({
    status: 200,
    json: { id: answers[0]!.json.id, state: 'succeeded' },
  })
})

test('a batch is accepted in one transaction, each query on its own', async () => {
  const answer = await server.request('POST', '/v1/queries/batch', {
    queries: [{ sql: 'select 1' }, { sql: 'select 1', lane: 'nowhere' }, { sql: 'select 2' }],
  })
  expect(answer).toMatchObject({
    status: 200,
    json: { queries: [{ sql: 'select 1' }, { error: { code: 'unknown_lane', status: 404 } }, { sql: 'select 2' }] },
  })
  for (const { id } of [answer.json.queries[0], answer.json.queries[2]]) {
    expect(await server.request('GET', `/v1/queries/${id}?wait=10`)).toMatchObject({ json: { state: 'succeeded' } })
  }
})

test('a long poll is answered when the query ends', async () => {
  const { json } = await submit({ sql: 'select pg_sleep(0.7), 1 as x' })
  expect(await server.request('GET', `/v1/queries/${json.id}?wait=30`)).toMatchObject({
    status: 200,
    json: { state: 'succeeded' },
  })
})

test('the tag of a query changes with it and spares what has not changed', async () => {
  const { json } = await submit({ sql: 'select 1' }, '?wait=10')
  const first = await server.request('GET', `/v1/queries/${json.id}`)
  const tag = first.headers.get('etag')!
  expect(await server.request('GET', `/v1/queries/${json.id}`, undefined, { 'If-None-Match': tag })).toMatchObject({
    status: 304,
  })
  expect(
    await server.request('GET', `/v1/queries/${json.id}`, undefined, { 'If-None-Match': '"other"' }),
  ).toMatchObject({ status: 200 })
})

test('the list is newest first, filtered, and goes on from its cursor', async () => {
  const labels = { list: 'yes:no' }
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.unshift((await submit({ sql: `select ${i} as listed`, labels }, '?wait=10')).json.id)
  await submit({ sql: 'select 1', lane: 'interactive' }, '?wait=10')
  const page = await server.request('GET', '/v1/queries?label=list:yes:no&limit=3')
  const rest = await server.request('GET', `/v1/queries?label=list:yes:no&limit=3&cursor=${page.json.cursor}`)
  expect([...page.json.queries, ...rest.json.queries].map((query) => query.id)).toEqual(ids)
  expect(rest.json.cursor).toBeNull()
  expect((await server.request('GET', '/v1/queries?q=3 AS Listed')).json.queries).toHaveLength(1)
  expect((await server.request('GET', '/v1/queries?lane=interactive&state=succeeded')).json.queries).toHaveLength(1)
  expect((await server.request('GET', '/v1/queries?lane=interactive&tenant=default')).json.queries).toHaveLength(1)
  expect((await server.request('GET', '/v1/queries?lane=interactive&tenant=other')).json.queries).toEqual([])
  for (const bad of ['state=done', 'limit=0', 'limit=1001', 'cursor=x', 'label=x', 'states=queued']) {
    expect(await server.request('GET', `/v1/queries?${bad}`)).toMatchObject({ status: 400 })
  }
})

test('all queries that match a filter are canceled', async () => {
  await server.request('POST', '/v1/lanes/reports/pause')
  for (let i = 0; i < 3; i++) await submit({ sql: 'select 1', lane: 'reports' })
  expect((await server.request('POST', '/v1/queries/cancel?lane=reports&tenant=other')).json).toMatchObject({
    matching: 0,
    canceled: 0,
  })
  expect(await server.request('POST', '/v1/queries/cancel?lane=reports')).toMatchObject({
    status: 200,
    json: { canceled: 3 },
  })
  expect((await server.request('GET', '/v1/queries?lane=reports&state=queued')).json.queries).toEqual([])
  await server.request('POST', '/v1/lanes/reports/resume')
})

test('a result is had in every format, by Accept or by name; another one is refused with those that exist', async () => {
  const { json } = await submit({ sql: 'select x, null::int as n from t order by x' }, '?wait=10')
  const result = `/v1/queries/${json.id}/result`
  expect((await server.request('GET', result)).json).toEqual({
    columns: [
      { name: 'x', type: 'int4', nullable: true },
      { name: 'n', type: 'int4', nullable: true },
    ],
    rows: [
      [1, null],
      [2, null],
      [3, null],
    ],
  })
  expect((await server.request('GET', `${result}?format=ndjson&offset=1&limit=1`)).body.toString()).toBe('[2,null]\n')
  expect(
    (
      await server.request('GET', result, undefined, { Accept: 'text/csv;q=0.5, application/x-ndjson;q=0.4' })
    ).body.toString(),
  ).toBe('x,n\r\n1,\r\n2,\r\n3,\r\n')
  const arrow = await server.request('GET', result, undefined, {
    Accept: 'application/vnd.apache.arrow.stream',
    'Accept-Encoding': 'identity',
  })
  expect(arrow.headers.get('content-length')).toBe(String(arrow.body.length))
  for (const [query, accept] of [
    ['?format=xlsx', '*/*'],
    ['', 'image/png'],
  ] as const) {
    const answer = await server.request('GET', `${result}${query}`, undefined, { Accept: accept })
    expect(answer).toMatchObject({ status: 406, json: { code: 'not_acceptable' } })
    expect(answer.json.detail).toContain('arrow (application/vnd.apache.arrow.stream)')
  }
  expect(await server.request('GET', `${result}/chunks/1`)).toMatchObject({
    status: 404,
    json: { code: 'chunk_not_found' },
  })
})

test('a result that is not ready is 409, one whose time is over 410', async () => {
  const running = await submit({ sql: 'select pg_sleep(2)' })
  expect(await server.request('GET', `/v1/queries/${running.json.id}/result`)).toMatchObject({
    status: 409,
    json: { code: 'result_not_ready' },
  })
  expect(await server.request('GET', `/v1/queries/${running.json.id}/result?wait=30`)).toMatchObject({ status: 200 })
  const old = await submit({ sql: 'select 1', ttl_seconds: 1 }, '?wait=10')
  await database.pool.query(`update sluice.results set expires_at = now() - interval '1 second' where query_id = $1`, [
    old.json.id,
  ])
  expect(await server.request('GET', `/v1/queries/${old.json.id}/result`)).toMatchObject({
    status: 410,
    json: { code: 'result_expired' },
  })
})
