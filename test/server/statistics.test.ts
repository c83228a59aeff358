import { afterAll, expect, test } from 'vitest'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { rollUp } from '../../src/queries/statistics.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { addLane, addWorker, outcomeOf, submit } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const server = await startServer(database, { settings: { SLUICE_STATISTICS: 'off' } })
afterAll(() => server.close())

test('the overview of a server that has done nothing says so', async () => {
  const { status, json } = await server.request('GET', '/v1/statistics/overview')
  expect(status).toBe(200)
  expect(json).toMatchObject({
    counted_until: null,
    waiting: 0,
    running: 0,
    workers: { alive: 0 },
    beat: { worker_id: null, ticked_at: null, alive: false },
    last: { seconds: 300, succeeded: 0, failure_rate: null, run_ms: { p50: null } },
    storage: { results_bytes: null },
  })
  expect(json.lanes.map(({ lane }: { lane: string }) => lane)).toEqual(['default', 'interactive', 'reports'])
})

test('the overview tells whether the beat ticks', async () => {
  const beat = async (): Promise<unknown> => (await server.request('GET', '/v1/statistics/overview')).json.beat
  await pool.query('update sluice.beat set ticked_at = now()')
  await expect.poll(beat).toMatchObject({ ticked_at: expect.any(String), alive: true })
  await pool.query(`update sluice.beat set ticked_at = now() - interval '11 seconds'`)
  await expect.poll(beat).toMatchObject({ alive: false })
})

test('the overview and the series show what happened, in all lanes or in one', async () => {
  const [lane, other] = [await addLane(pool), await addLane(pool)]
  const worker = await addWorker(pool)
  for (let i = 0; i < 3; i++) await submit(pool, { lane })
  const claims = await claim(pool, worker, lane, 2, false)
  await finishMany(pool, [outcomeOf(claims[0]!, 'succeeded'), outcomeOf(claims[1]!, 'failed')])
  await submit(pool, { lane: other })
  await rollUp(pool)

  await expect
    .poll(async () => (await server.request('GET', '/v1/statistics/overview')).json)
    .toMatchObject({
      waiting: 2,
      last: { submitted: 4, succeeded: 1, failed: 1, failure_rate: 0.5, run_ms: { p50: expect.any(Number) } },
      storage: { results_bytes: expect.any(Number), database_bytes: expect.any(Number) },
    })

  const sum = (points: { [of: string]: number }[], of: string): number =>
    points.reduce((total, point) => total + (point[of] ?? 0), 0)
  for (const [window, steps, stepSeconds] of [
    ['1h', 60, 60],
    ['24h', 288, 300],
    ['7d', 168, 3600],
  ] as const) {
    const { json } = await server.request('GET', `/v1/statistics/series?window=${window}&lane=${lane}`)
    expect(json).toMatchObject({ window, step_seconds: stepSeconds })
    expect(json.points).toHaveLength(steps)
    expect([sum(json.points, 'submitted'), sum(json.points, 'succeeded'), sum(json.points, 'failed')]).toEqual([
      3, 1, 1,
    ])
    // A step may have begun since somebody looked.
    expect(json.points.at(-1).waiting ?? json.points.at(-2).waiting).toBe(1)
    const all = (await server.request('GET', `/v1/statistics/series?window=${window}`)).json
    expect(sum(all.points, 'submitted')).toBe(4)
  }
  expect((await server.request('GET', '/v1/statistics/series?window=2h')).status).toBe(400)
})

test('a reading that takes longer than it may is answered as such', async () => {
  const lane = await addLane(pool)
  const locker = await pool.connect()
  try {
    await locker.query('begin; lock table sluice.statistics_minutes')
    const answer = server.request('GET', `/v1/statistics/series?lane=${lane}`)
    await eventually(async () => {
      // As the time limit of the session does after 30 seconds.
      const { rowCount } = await pool.query(`
        select pg_cancel_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'sluice server (views)' and wait_event_type = 'Lock'`)
      expect(rowCount).toBe(1)
    })
    const refused = await answer
    expect(refused).toMatchObject({ status: 503, json: { code: 'database_slow', retryable: true } })
    expect(refused.headers.get('retry-after')).toBe('5')
  } finally {
    await locker.query('rollback')
    locker.release()
  }
})
