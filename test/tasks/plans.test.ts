import { afterAll, expect, test } from 'vitest'
import { startServer, type Answer } from '../helpers/app.ts'
import { auditAfterTests } from '../helpers/audit.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { stateOf } from '../helpers/runs.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const source = await createSource(database, {
  // Planning evaluates a stable function to estimate how many rows there are: this one takes its time.
  setup: `
    create table t as select n as x, 'text ' || n as y from generate_series(1, 1000) n;
    create index on t (x);
    analyze t;
    create function slow() returns integer stable language plpgsql as 'begin perform pg_sleep(60); return 1; end'`,
})
const writing = await createSource(database, {
  name: 'writing',
  setup: 'create table w (x int); create sequence s',
  grants: 'grant all on w to :role; grant all on s to :role',
  writes: true,
})
const server = await startServer(database)
const worker = await startWorker(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
})
auditAfterTests(database)

const run = async (body: object): Promise<Answer['json']> =>
  (await server.request('POST', '/v1/queries?wait=30', { explain: true, ...body })).json
const planOf = async (id: string, search = ''): Promise<Answer> =>
  await server.request('GET', `/v1/queries/${id}/plan${search}`)

test('the plan is that which the source chooses for these parameters, and the result is the same', async () => {
  const query = await run({ sql: 'select y from t where x = $1', params: [7] })
  expect(query).toMatchObject({ state: 'succeeded', result: { preview: { rows: [['text 7']] } } })
  const { status, json } = await planOf(query.id)
  expect(status).toBe(200)
  expect(json).toMatchObject({
    attempt: 1,
    plan: [{ Plan: { 'Node Type': 'Index Scan', 'Relation Name': 't', 'Index Cond': '(x = 7)' } }],
  })
  expect(JSON.stringify(json)).not.toContain('Actual')
  const { json: details } = await server.request('GET', `/v1/queries/${query.id}/details`)
  expect(details).toMatchObject({ explain: true, plans: [1] })
})

test('a statement that may write is planned without being run, then runs once', async () => {
  const sql = `insert into w select nextval('s') returning x`
  const query = await run({ sql, source: 'writing' })
  expect(query).toMatchObject({ state: 'succeeded', result: { preview: { rows: [[1]] } } })
  expect((await planOf(query.id)).json.plan[0].Plan).toMatchObject({ 'Node Type': 'ModifyTable', Operation: 'Insert' })
  const { rows } = await writing.pool.query('select x from w')
  expect(rows).toEqual([{ x: 1 }])
})

test.each([
  ['has no plan', 'show work_mem', 'succeeded', null],
  ['is no SQL', 'selec 1', 'failed', 'sql_error'],
  ['is two', 'select 1; select 2', 'failed', 'sql_error'],
  ['would end its transaction', 'commit', 'failed', 'transaction_control'],
])('a statement that %s ends as without a plan', async (_, sql, state, code) => {
  const query = await run({ sql })
  expect([query.state, query.error?.code ?? null]).toEqual([state, code])
  expect(query.error?.position ?? 1).toBe(1)
  expect(await planOf(query.id)).toMatchObject({ status: 404, json: { code: 'plan_not_found' } })
})

test('the time that planning takes is part of that of the statement', async () => {
  const query = await run({ sql: 'select count(*) from t where x > slow()', timeout_seconds: 1 })
  expect(query).toMatchObject({ state: 'timed_out', error: { code: 'statement_timeout' } })
  expect(query.timings_ms.running).toBeLessThan(2_000)
  expect((await planOf(query.id)).status).toBe(404)
})

test('a query that is planned can be canceled', async () => {
  const { json: query } = await server.request('POST', '/v1/queries', {
    sql: 'select count(*) from t where x > slow()',
    explain: true,
  })
  await eventually(async () => {
    const { rowCount } = await source.pool.query(
      `select from pg_stat_activity where application_name like $1 and query like 'explain%'`,
      [`sluice:${query.id}:%`],
    )
    expect(rowCount).toBe(1)
  })
  await server.request('POST', `/v1/queries/${query.id}/cancel`)
  const { json } = await server.request('GET', `/v1/queries/${query.id}?wait=30`)
  expect(json).toMatchObject({ state: 'canceled' })
})

test('every attempt has its plan, a repetition asks for one too, and all go with the history', async () => {
  const sql = `select count(*) from t where x > (select 1 / (count(*) * 0) from t)`
  const failing = `do $$ begin raise exception using errcode = '40P01'; end $$`
  expect((await run({ sql: failing, max_attempts: 2 })).attempt).toBe(2)
  const query = await run({ sql })
  const { json: again } = await server.request('POST', `/v1/queries/${query.id}/retry`)
  const { json: ended } = await server.request('GET', `/v1/queries/${again.id}?wait=30`)
  expect(ended).toMatchObject({ state: 'failed', error: { sqlstate: '22012' } })
  expect((await planOf(again.id, '?attempt=1')).status).toBe(200)
  expect((await planOf(again.id, '?attempt=2')).json).toMatchObject({ code: 'plan_not_found' })

  await database.pool.query(`select sluice.delete_result(query_id) from sluice.results`)
  await database.pool.query(`select sluice.drop_old_history('-1 minute', 1000)`)
  expect((await database.pool.query('select from sluice.plans')).rowCount).toBe(0)
})

test('a plan that cannot be kept fails nothing', async () => {
  await database.pool.query('alter table sluice.plans rename to plans_away')
  try {
    // What the API reads besides needs the table, too.
    const { rows } = await database.pool.query<{ id: string }>(
      `select sluice.submit('select 1', explain => true) as id`,
    )
    await eventually(async () => expect(await stateOf(database.pool, rows[0]!.id)).toBe('succeeded'))
  } finally {
    await database.pool.query('alter table sluice.plans_away rename to plans')
  }
})

test('without being asked no plan is kept, and psql asks for one', async () => {
  const query = await run({ sql: 'select 1', explain: false })
  expect((await planOf(query.id)).json).toMatchObject({
    code: 'plan_not_found',
    detail: expect.stringContaining('explain'),
  })
  expect((await planOf('00000000-0000-7000-8000-000000000000')).json).toMatchObject({ code: 'query_not_found' })
  const { rows } = await database.pool.query<{ id: string }>(`select sluice.submit('select 1', explain => true) as id`)
  await server.request('GET', `/v1/queries/${rows[0]!.id}?wait=30`)
  expect((await planOf(rows[0]!.id)).json.plan[0].Plan).toMatchObject({ 'Node Type': 'Result' })
})
