import { expect, test } from 'vitest'
import { s3Thresholds, wakeStaleLanes } from '../../src/queries/lanes.ts'
import { listLanes, setPaused } from '../../src/queries/manageLanes.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { listen } from '../helpers/notifications.ts'
import { addLane, addWorker, submit, submitAndClaim, takeTickets, ticketsOf } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const worker = await addWorker(pool)

/** As if what waits had waited for a while. */
async function age(lane: string): Promise<void> {
  await pool.query(`update sluice.queries set submitted_at = submitted_at - interval '5 seconds' where lane = $1`, [
    lane,
  ])
}

test('a fresh database has the lanes default, interactive and reports', async () => {
  expect([...(await s3Thresholds(pool)).keys()].sort()).toEqual(['default', 'interactive', 'reports'])
  for (const lane of await listLanes(pool)) {
    expect(lane.paused).toBe(false)
    expect(lane.concurrency).toBeGreaterThan(0)
  }
})

test('workers are told of a lane that is new or changed', async () => {
  await using lanes = await listen(database, 'sluice_lanes')
  const lane = await addLane(pool)
  await pool.query('update sluice.lanes set concurrency = 2 where name = $1', [lane])
  expect(await lanes.heard()).toEqual([
    ['sluice_lanes', lane],
    ['sluice_lanes', lane],
  ])
})

test('psql pauses and resumes a lane', async () => {
  const lane = await addLane(pool)
  const isPaused = async (): Promise<boolean | undefined> =>
    (await listLanes(pool)).find(({ name }) => name === lane)?.paused
  await pool.query('select sluice.pause_lane($1)', [lane])
  expect(await isPaused()).toBe(true)
  await pool.query('select sluice.resume_lane($1)', [lane])
  expect(await isPaused()).toBe(false)
})

test('pausing or resuming a lane that does not exist is an error', async () => {
  for (const call of [`select sluice.pause_lane('nowhere')`, `select sluice.resume_lane('nowhere')`]) {
    await expect(pool.query(call)).rejects.toMatchObject({ code: 'SLUIC', message: /no lane nowhere/ })
  }
  await expect(setPaused(pool, 'nowhere', true)).rejects.toMatchObject({ code: 'unknown_lane' })
})

test('however often a lane is asked for, one ticket waits', async () => {
  const lane = await addLane(pool)
  await Promise.all(Array.from({ length: 30 }, () => submit(pool, { lane })))
  expect(await ticketsOf(pool, lane)).toBe(1)
})

test('a ticket that is being worked on does not stand for what is submitted meanwhile', async () => {
  const lane = await addLane(pool)
  await submit(pool, { lane })
  await pool.query(
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'somebody'
     where id in (select id from graphile_worker.jobs where task_identifier = 'sluice:lane:' || $1)`,
    [lane],
  )
  await submit(pool, { lane })
  const { rows } = await pool.query(
    `select locked_by from graphile_worker.jobs where task_identifier = 'sluice:lane:' || $1 order by id`,
    [lane],
  )
  expect(rows).toEqual([{ locked_by: 'somebody' }, { locked_by: null }])
})

test('a ticket that was lost is made up for once something has waited for a while', async () => {
  const lane = await addLane(pool)
  await submit(pool, { lane })
  await takeTickets(pool, lane)
  await wakeStaleLanes(pool)
  expect(await ticketsOf(pool, lane), 'it has only just been submitted').toBe(0)
  await age(lane)
  await wakeStaleLanes(pool)
  expect(await ticketsOf(pool, lane)).toBe(1)
})

test('a lane in which nothing can start gets no tickets of its own accord', async () => {
  const [paused, full, later] = [await addLane(pool), await addLane(pool, { concurrency: 1 }), await addLane(pool)]
  await submitAndClaim(pool, worker, full)
  await submit(pool, { lane: full })
  await submit(pool, { lane: paused })
  await submit(pool, { lane: later, run_at: '2100-01-01T00:00:00Z' })
  await setPaused(pool, paused, true)
  for (const lane of [paused, full, later]) {
    await age(lane)
    await takeTickets(pool, lane)
  }
  await wakeStaleLanes(pool)
  for (const lane of [paused, full, later]) expect(await ticketsOf(pool, lane)).toBe(0)
})
