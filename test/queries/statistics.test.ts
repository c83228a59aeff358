import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { cancel } from '../../src/queries/cancel.ts'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { giveBack } from '../../src/queries/giveBack.ts'
import { rollUp, rollUpIfDue } from '../../src/queries/statistics.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addLane, addWorker, outcomeOf, submit } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const worker = await addWorker(pool)

async function run(fields: Parameters<typeof submit>[1], state: 'succeeded' | 'failed' | 'timed_out'): Promise<string> {
  const id = await submit(pool, fields)
  const [claimed] = await claim(pool, worker, fields!.lane!, 1, false)
  await finishMany(pool, [outcomeOf(claimed!, state, { expiresOn: '2100-01-01', rows: 7, rawBytes: 70 })])
  return id
}

test('what happened in a lane is counted once, by minute and in total', async () => {
  const lane = await addLane(pool)
  for (let i = 0; i < 3; i++) await run({ lane }, 'succeeded')
  await run({ lane }, 'failed')
  await run({ lane }, 'timed_out')
  await cancel(pool, await submit(pool, { lane }))
  await submit(pool, { lane })
  await rollUp(pool)
  await rollUp(pool)

  const { rows } = await pool.query(
    `select sum(submitted)::int as submitted, sum(claimed)::int as claimed, sum(succeeded)::int as succeeded,
       sum(failed)::int as failed, sum(timed_out)::int as timed_out, sum(canceled)::int as canceled,
       sum(rows)::int as rows, sum(raw_bytes)::int as bytes,
       sum((select sum(n) from unnest(waits) n))::int as waits, sum((select sum(n) from unnest(runs) n))::int as runs
     from sluice.statistics_minutes where lane = $1`,
    [lane],
  )
  const counts = { submitted: 7, claimed: 5, succeeded: 3, failed: 1, timed_out: 1, canceled: 1, rows: 21, bytes: 210 }
  expect(rows).toEqual([{ ...counts, waits: 6, runs: 5 }])
  const { rows: totals } = await pool.query(
    'select submitted::int, claimed::int, rows::int from sluice.statistics_totals where lane = $1',
    [lane],
  )
  expect(totals).toEqual([{ submitted: 7, claimed: 5, rows: 21 }])
  const { rows: outcomes } = await pool.query(
    'select state, code, queries::int from sluice.statistics_outcomes where lane = $1 order by state',
    [lane],
  )
  expect(outcomes).toEqual([
    { state: 'canceled', code: '', queries: 1 },
    { state: 'failed', code: 'sql_error', queries: 1 },
    { state: 'succeeded', code: '', queries: 3 },
    { state: 'timed_out', code: 'statement_timeout', queries: 1 },
  ])
})

test('labels that are none, as rows may hold, keep nothing from being counted', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane })
  await pool.query(`update sluice.queries set labels = '[1]' where id = $1`, [id])
  await cancel(pool, id)
  await rollUp(pool)
  const { rows } = await pool.query('select queries::int from sluice.statistics_outcomes where lane = $1', [lane])
  expect(rows).toEqual([{ queries: 1 }])
})

test('a run that was given back is counted as claimed again, and submitted once', async () => {
  const lane = await addLane(pool)
  await submit(pool, { lane })
  const [first] = await claim(pool, worker, lane, 1, false)
  await giveBack(pool, first!.queryId, first!.token)
  const [second] = await claim(pool, worker, lane, 1, false)
  await finishMany(pool, [outcomeOf(second!, 'succeeded')])
  await rollUp(pool)
  const { rows } = await pool.query(
    'select submitted::int, claimed::int, interrupted::int from sluice.statistics_totals where lane = $1',
    [lane],
  )
  expect(rows).toEqual([{ submitted: 1, claimed: 2, interrupted: 1 }])
})

test('texts that differ in constants only are one shape in slow_queries', async () => {
  const lane = await addLane(pool)
  const ids: string[] = []
  for (const n of [1, 2, 3])
    ids.push(await run({ lane, sql: `select x from slow where y = ${n} -- ${n}` }, 'succeeded'))
  ids.push(await run({ lane, sql: 'SELECT x FROM slow WHERE y=99' }, 'failed'))
  await rollUp(pool)
  const { rows } = await pool.query(
    `select queries::int, not_succeeded::int, mean_rows, last_query_id, share_of_total > 0 as shared, p95_ms >= 0 as p95
     from sluice.slow_queries where statement = 'select x from slow where y = ?'`,
  )
  expect(rows).toEqual([
    { queries: 4, not_succeeded: 1, mean_rows: 5.25, last_query_id: expect.any(String), shared: true, p95: true },
  ])
  expect(ids).toContain(rows[0]!.last_query_id)
  const { rows: texts } = await pool.query(`select count(*)::int from sluice.statements where sql ilike '%from slow%'`)
  expect(texts).toEqual([{ count: 4 }])
})

test('what history holds already is counted once, as it is', async () => {
  const lane = await addLane(pool)
  await run({ lane }, 'succeeded')
  const known = await run({ lane }, 'failed')
  await pool.query(
    `insert into sluice.history (query_id, finished_at, statement_id, rows, raw_bytes, state, lane, tenant, source)
     values ($1, now(), 0, 0, 0, 'succeeded', $2, 'default', 'default')`,
    [known, lane],
  )
  await rollUp(pool)
  await rollUp(pool)
  const { rows } = await pool.query(
    `select history.state, queries::int from sluice.history
     join sluice.statistics_outcomes counted on counted.lane = history.lane and counted.state = history.state
     where history.lane = $1 order by 1`,
    [lane],
  )
  expect(rows).toEqual([
    { state: 'failed', queries: 1 },
    { state: 'succeeded', queries: 1 },
  ])
})

test('costs multiply what was used by the rate that fits best', async () => {
  const lane = await addLane(pool)
  await run({ lane, labels: { team: 'bi', job: 'x' } }, 'succeeded')
  await run({ lane }, 'succeeded')
  await rollUp(pool)
  await pool.query(
    `insert into sluice.cost_rates (lane, per_query, per_gib) values ($1, 2, 1073741824), ('*', 100, 0)
     on conflict (tenant, lane, source) do update set per_query = excluded.per_query`,
    [lane],
  )
  const { rows } = await pool.query(
    `select label, queries::int, rows::int, cost::float8 from sluice.costs where lane = $1 order by label nulls first`,
    [lane],
  )
  expect(rows).toEqual([
    { label: null, queries: 2, rows: 14, cost: 144 },
    { label: 'job:x', queries: 1, rows: 7, cost: 72 },
    { label: 'team:bi', queries: 1, rows: 7, cost: 72 },
  ])
})

test('failures are counted by lane, source and code, with the last of them', async () => {
  const lane = await addLane(pool)
  await run({ lane }, 'failed')
  const last = await run({ lane, sql: 'select 2 from missing' }, 'failed')
  await run({ lane }, 'timed_out')
  await rollUp(pool)
  const { rows } = await pool.query(
    'select state, code, queries::int, last_query_id, last_sql, last_message from sluice.failures where lane = $1',
    [lane],
  )
  expect(rows[0]).toEqual({
    state: 'failed',
    code: 'sql_error',
    queries: 2,
    last_query_id: last,
    last_sql: 'select 2 from missing',
    last_message: 'As the test has it.',
  })
  expect(rows).toHaveLength(2)
})

test('throughput shows minutes with what happened and with what was looked at', async () => {
  const lane = await addLane(pool)
  await run({ lane }, 'succeeded')
  await submit(pool, { lane })
  await pool.query('delete from sluice.statistics_storage')
  await rollUp(pool)
  const { rows } = await pool.query(
    `select sum(submitted)::int as submitted, sum(succeeded)::int as succeeded, max(waiting)::int as waiting,
       bool_or(run_ms_p50 >= 0) as measured
     from sluice.throughput where lane = $1`,
    [lane],
  )
  expect(rows).toEqual([{ submitted: 2, succeeded: 1, waiting: 1, measured: true }])
})

test('a histogram says how many lie below a value, to within a step of the square root of two', async () => {
  const { rows } = await pool.query<{ half: number; most: number; none: number | null }>(
    `select sluice.histogram_quantile(h, 0.5) as half, sluice.histogram_quantile(h, 0.99) as most,
       sluice.histogram_quantile('{}', 0.5) as none
     from sluice.histogram_of(array(select generate_series(1, 10000))) h`,
  )
  const { half, most, none } = rows[0]!
  expect(half).toBeGreaterThan(5000 / Math.SQRT2)
  expect(half).toBeLessThan(5000 * Math.SQRT2)
  expect(most).toBeGreaterThan(9900 / Math.SQRT2)
  expect(most).toBeLessThan(9900 * Math.SQRT2)
  expect(none).toBeNull()
  const { rows: sums } = await pool.query(`select sluice.add_counts('{1,2}', '{1,1,1}')::text as sum`)
  expect(sums).toEqual([{ sum: '{2,3,1}' }])
})

test('several processes that count at the same time count everything once', async () => {
  const lane = await addLane(pool, { concurrency: 100 })
  const counting = Array.from({ length: 4 }, async () => {
    for (let i = 0; i < 10; i++) {
      await run({ lane, sql: `select ${randomUUID().replaceAll('-', '')} as x${i}` }, 'succeeded').catch(
        () => undefined,
      )
      await rollUp(pool)
    }
  })
  await Promise.all(counting)
  await rollUp(pool)
  const { rows } = await pool.query(
    `select sum(succeeded)::int = (select count(*) from sluice.queries where lane = $1 and state = 'succeeded') as same
     from sluice.statistics_minutes where lane = $1`,
    [lane],
  )
  expect(rows).toEqual([{ same: true }])
})

test('what was counted a moment ago is not counted again at once', async () => {
  await rollUp(pool)
  const lane = await addLane(pool)
  await submit(pool, { lane })
  await rollUpIfDue(pool)
  expect((await pool.query('select from sluice.statistics_totals where lane = $1', [lane])).rowCount).toBe(0)
  await pool.query(`update sluice.statistics_state set rolled_up_at = now() - interval '1 minute'`)
  await rollUpIfDue(pool)
  expect((await pool.query('select from sluice.statistics_totals where lane = $1', [lane])).rowCount).toBe(1)
})

test('a query that is deleted leaves the history, and old statistics are dropped with their texts', async () => {
  const lane = await addLane(pool)
  const id = await run({ lane, sql: 'select old from statistics' }, 'succeeded')
  await rollUp(pool)
  const texts = `select from sluice.statements where sql = 'select old from statistics'`
  await pool.query(`update sluice.statements set last_seen_on = '2020-01-01' where sql = 'select old from statistics'`)
  await pool.query('select sluice.drop_old_statistics()')
  expect((await pool.query(texts)).rowCount).toBe(1)
  await pool.query('delete from sluice.queries where id = $1', [id])
  expect((await pool.query('select from sluice.history where query_id = $1', [id])).rowCount).toBe(0)
  await pool.query('select sluice.drop_old_statistics()')
  expect((await pool.query(texts)).rowCount).toBe(0)
})
