import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { submitMany, type Submission } from '../../src/queries/submit.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { addLane, addWorker, eventsOf, submit, submitAndClaim, takeTickets, ticketsOf } from '../helpers/runs.ts'

const { pool } = await createDatabase()
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const worker = await addWorker(pool)

const request = (fields: Partial<Submission> = {}): Submission => ({
  id: randomUUID(),
  tenant: 'default',
  sql: 'select 1',
  ...fields,
})

const countOf = async (id: string): Promise<number> =>
  (await pool.query('select from sluice.queries where id = $1', [id])).rowCount ?? 0

test('psql submits with select sluice.submit, and gets the id of a query that waits with a ticket for it', async () => {
  await takeTickets(pool, 'default')
  const { rows } = await pool.query<{ id: string }>(`select sluice.submit('select 1') as id`)
  const { id } = rows[0]!
  const { rows: queries } = await pool.query('select * from sluice.queries where id = $1', [id])
  expect(queries).toMatchObject([
    {
      sql: 'select 1',
      state: 'queued',
      source: 'default',
      lane: 'default',
      tenant: 'default',
      priority: 5,
      params: [],
      labels: {},
      timeout_seconds: 3600,
      ttl_seconds: 86400,
      row_limit: null,
      run_at: null,
      attempt: 0,
    },
  ])
  expect(await eventsOf(pool, id)).toEqual(['queued'])
  expect(await ticketsOf(pool, 'default')).toBe(1)
  expect((await pool.query('select from sluice.queue where query_id = $1', [id])).rowCount).toBe(1)
})

test('psql names what it wants to set', async () => {
  const { rows } = await pool.query<{ id: string }>(
    `select sluice.submit('select $1::int', lane => 'reports', params => '[1]', labels => '{"team": "a"}',
       priority => 2, timeout_seconds => 5, row_limit => 10, byte_limit => 1000, ttl_seconds => 60) as id`,
  )
  const { rows: queries } = await pool.query('select * from sluice.queries where id = $1', [rows[0]!.id])
  expect(queries).toMatchObject([
    {
      lane: 'reports',
      params: [1],
      labels: { team: 'a' },
      priority: 2,
      timeout_seconds: 5,
      row_limit: '10',
      byte_limit: '1000',
      ttl_seconds: 60,
    },
  ])
})

test.each([
  [`params => '{"a": 1}'`, 'params must be a JSON array'],
  [`params => '5'`, 'params must be a JSON array'],
  [`labels => '[1]'`, 'labels must be a JSON object'],
  [`labels => '{"a": {"b": 1}}'`, 'labels must have keys'],
  [`labels => '{"a:b": "c"}'`, 'labels must have keys'],
  [`labels => jsonb_build_object('a', repeat('x', 1001))`, 'labels must have keys'],
  [`labels => (select jsonb_object_agg(n, 'x') from generate_series(1, 65) n)`, 'at most 64 labels'],
  ['priority => 0', 'priority must be 1'],
  ['priority => 100000', 'priority must be 1'],
  [`idempotency_key => ''`, 'idempotency_key must be'],
  [`run_at => 'infinity'`, 'run_at must be a time'],
])('psql is told what to change: %s', async (argument, message) => {
  const refused = pool.query(`select sluice.submit('select 1', ${argument})`)
  await expect(refused).rejects.toMatchObject({
    code: 'SLUIC',
    message: expect.stringContaining(message),
    detail: 'code: invalid_request',
  })
})

test('a submission that is rolled back leaves neither a query nor a ticket', async () => {
  const lane = await addLane(pool)
  await takeTickets(pool, lane)
  const client = await pool.connect()
  await client.query('begin')
  const { rows } = await client.query<{ id: string }>(`select sluice.submit('select 1', lane => $1) as id`, [lane])
  await client.query('rollback')
  client.release()
  expect(await countOf(rows[0]!.id)).toBe(0)
  expect(await ticketsOf(pool, lane)).toBe(0)
})

const limits = {
  max_timeout_seconds: 10,
  timeout_seconds: 10,
  max_row_limit: 10,
  max_byte_limit: 10,
  max_ttl_seconds: 10,
  ttl_seconds: 10,
}

test.each([
  ['a lane that does not exist', { lane: 'nowhere' }, 'unknown_lane', /no lane nowhere/],
  ['a source that does not exist', { source: 'nowhere' }, 'unknown_source', /no source nowhere/],
  ['a tenant that does not exist', { tenant: 'nobody' }, 'unknown_tenant', /no tenant nobody/],
  ['no SQL', { sql: ' \n' }, 'invalid_request', /sql must be/],
  ['more than 1 MB of SQL', { sql: `select '${'é'.repeat(524_288)}'` }, 'invalid_request', /1048576 bytes/],
  ['too long a run', { timeout_seconds: 11 }, 'limit_above_lane_maximum', /timeout_seconds is 11.* at most 10/],
  ['too many rows', { row_limit: 11 }, 'limit_above_lane_maximum', /row_limit is 11.* at most 10/],
  ['too many bytes', { byte_limit: 11 }, 'limit_above_lane_maximum', /byte_limit is 11.* at most 10/],
  ['too long a time to keep', { ttl_seconds: 11 }, 'limit_above_lane_maximum', /ttl_seconds is 11.* at most 10/],
  ['no time to run', { timeout_seconds: 0 }, 'invalid_request', /at least 1: timeout_seconds/],
  ['no time to wait', { queue_timeout_seconds: 0 }, 'invalid_request', /at least 1: .*queue_timeout_seconds/],
  ['less than no rows', { row_limit: -1 }, 'invalid_request', /at least 1: .*row_limit/],
  ['no bytes', { byte_limit: 0 }, 'invalid_request', /at least 1: .*byte_limit/],
  ['no time to keep', { ttl_seconds: 0 }, 'invalid_request', /at least 1: .*ttl_seconds/],
  ['no time to ask', { abandon_after_seconds: 0 }, 'invalid_request', /at least 1: .*abandon_after_seconds/],
  ['no attempt', { max_attempts: 0 }, 'limit_above_lane_maximum', /max_attempts is 0; lane .* allows 1 to /],
] as const)('%s is refused with a code and what to change, in psql too', async (_, fields, code, detail) => {
  const lane = await addLane(pool, limits)
  const submission = request({ lane, ...fields })
  const [answer] = await submitMany(pool, [submission])
  expect(answer).toMatchObject({ error: { code, message: expect.stringMatching(detail) as string } })
  expect(await countOf(submission.id)).toBe(0)

  const { id: _id, ...named } = submission
  const names = Object.keys(named)
  await expect(
    pool.query(
      `select sluice.submit(${names.map((name, i) => `${name} => $${i + 1}`).join(', ')})`,
      Object.values(named),
    ),
  ).rejects.toMatchObject({ code: 'SLUIC', message: expect.stringMatching(detail) as string, detail: `code: ${code}` })
})

test('a refused submission does not keep back those of the same transaction, and answers come in order', async () => {
  const [first, wrong, last] = [request(), request({ lane: 'nowhere' }), request({ lane: 'reports' })]
  expect(await submitMany(pool, [first, wrong, last])).toMatchObject([
    { queryId: first.id },
    { error: { code: 'unknown_lane' } },
    { queryId: last.id },
  ])
  expect(await countOf(wrong.id)).toBe(0)
})

test('submissions of one transaction wait in the order in which they stand there', async () => {
  const lane = await addLane(pool)
  const ids = (
    await submitMany(
      pool,
      Array.from({ length: 50 }, () => request({ lane })),
    )
  ).map((answer) => ('queryId' in answer ? answer.queryId : undefined))
  const { rows } = await pool.query('select query_id from sluice.queue where lane = $1 order by queue_order', [lane])
  expect(rows.map(({ query_id }: { query_id: string }) => query_id)).toEqual(ids)
})

test('a query with a time to run at has a ticket for that time, and a time that has passed means at once', async () => {
  const lane = await addLane(pool)
  await takeTickets(pool, lane)
  const later = await submit(pool, { lane, run_at: '2100-01-01T00:00:00Z' })
  const { rows } = await pool.query(
    `select queries.run_at = jobs.run_at as together, delayed
     from sluice.queries join sluice.queue on id = query_id, graphile_worker.jobs
     where queries.id = $1 and task_identifier = 'sluice:lane:' || $2`,
    [later, lane],
  )
  expect(rows).toEqual([{ together: true, delayed: true }])
  const passed = await submit(pool, { lane, run_at: '2000-01-01T00:00:00Z' })
  const { rows: waiting } = await pool.query('select run_at, delayed from sluice.queue where query_id = $1', [passed])
  expect(waiting).toEqual([{ run_at: null, delayed: false }])
})

test('the time to wait counts from the time to run at, and is that of the lane unless the request has one', async () => {
  const lane = await addLane(pool, { queue_timeout_seconds: 60 })
  const ids = [
    await submit(pool, { lane }),
    await submit(pool, { lane, queue_timeout_seconds: 5 }),
    await submit(pool, { lane, run_at: '2100-01-01T00:00:00Z' }),
    await submit(pool, { lane: 'default' }),
  ]
  const { rows } = await pool.query(
    `select round(extract(epoch from queue_timeout_at - coalesce(run_at, submitted_at)))::integer as seconds
     from sluice.queries where id = any($1) order by queue_order`,
    [ids],
  )
  expect(rows).toEqual([{ seconds: 60 }, { seconds: 5 }, { seconds: 60 }, { seconds: null }])
})

test('a lane takes no more waiting queries than it may, counts those of the same transaction, and takes more when some have started', async () => {
  const lane = await addLane(pool, { max_queued: 3 })
  const run = submitAndClaim(pool, worker, lane)
  expect(await run).toBeDefined()
  const answers = await submitMany(
    pool,
    Array.from({ length: 5 }, () => request({ lane })),
  )
  const full = { error: { code: 'queue_full', message: expect.stringContaining('3 queries wait') as string } }
  expect(answers).toMatchObject([
    ...Array.from({ length: 3 }, () => ({ queryId: expect.any(String) as string })),
    full,
    full,
  ])
  await expect(submit(pool, { lane })).rejects.toMatchObject({ code: 'queue_full' })
  await pool.query('select from sluice.claim($1, $2, 1)', [worker, lane])
  await expect(submit(pool, { lane })).resolves.toBeDefined()
})

test('a request that names the lane default and one that names none count together', async () => {
  await pool.query(`delete from sluice.queue where lane = 'default'`)
  await pool.query(`update sluice.lanes set max_queued = 2 where name = 'default'`)
  const requests = [request(), request({ lane: 'default' }), request({ lane: 'reports' }), request({ lane: 'default' })]
  const answers = await submitMany(pool, requests)
  await pool.query(`update sluice.lanes set max_queued = 100000 where name = 'default'`)
  expect(answers).toMatchObject([
    { queryId: requests[0]!.id },
    { queryId: requests[1]!.id },
    { queryId: requests[2]!.id },
    { error: { code: 'queue_full' } },
  ])
})
