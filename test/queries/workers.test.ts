import { expect, test } from 'vitest'
import { cancel } from '../../src/queries/cancel.ts'
import { claim } from '../../src/queries/claim.ts'
import { heartbeat, markStopped, reap } from '../../src/queries/workers.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { listen } from '../helpers/notifications.ts'
import {
  addLane,
  addWorker,
  eventsOf,
  stateOf,
  submit,
  submitAndClaim,
  submitAndClaimMany,
  takeTickets,
  ticketsOf,
} from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
const address = { host: 'nowhere.example', database: 'd', user: 'u' }
await addSource(pool, 'default', address)
await addSource(pool, 'writes', { ...address, writes: true })

async function silence(worker: string, seconds: number): Promise<void> {
  await pool.query('update sluice.workers set heartbeat_at = now() - make_interval(secs => $2) where id = $1', [
    worker,
    seconds,
  ])
}

async function die(worker: string): Promise<void> {
  await silence(worker, 60)
  await reap(pool)
}

const errorOf = async (id: string): Promise<unknown> =>
  (await pool.query<{ error: unknown }>('select error from sluice.queries where id = $1', [id])).rows[0]!.error

test('the queries of a worker that is silent for 15 seconds wait again, with a ticket, and run under a new lease', async () => {
  const [dead, other] = [await addWorker(pool), await addWorker(pool)]
  const lane = await addLane(pool)
  const lost = await submitAndClaim(pool, dead, lane)
  await takeTickets(pool, lane)
  await silence(dead, 8)
  expect(await reap(pool)).toBe(0)
  expect(await stateOf(pool, lost.queryId)).toBe('running')

  await silence(dead, 16)
  expect(await reap(pool)).toBe(1)
  expect(await stateOf(pool, lost.queryId)).toBe('queued')
  expect(await ticketsOf(pool, lane)).toBe(1)
  const [again] = await claim(pool, other, lane, 1, false)
  expect(again).toMatchObject({ queryId: lost.queryId, attempt: 2 })
  expect(again!.token).not.toBe(lost.token)
  expect(await eventsOf(pool, lost.queryId)).toEqual(['queued', 'running', 'queued', 'running'])
})

test('a worker that was declared dead is told so by its next heartbeat, a living one is not', async () => {
  const [dead, alive] = [await addWorker(pool), await addWorker(pool)]
  await die(dead)
  expect(await heartbeat(pool, dead)).toBe(false)
  expect(await heartbeat(pool, alive)).toBe(true)
})

test('queries that a stopped worker left behind are taken from it without a wait', async () => {
  const worker = await addWorker(pool)
  const { queryId } = await submitAndClaim(pool, worker, await addLane(pool))
  await markStopped(pool, worker)
  expect(await reap(pool)).toBe(1)
  expect(await stateOf(pool, queryId)).toBe('queued')
})

test('a query that loses two workers is not run a third time', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane })
  for (const _ of ['first', 'second']) {
    const worker = await addWorker(pool)
    await claim(pool, worker, lane, 1, false)
    await die(worker)
  }
  expect(await stateOf(pool, id)).toBe('failed')
  expect(await errorOf(id)).toMatchObject({ code: 'poison', retryable: false })
})

test('a statement that may have written is not run again when its worker dies', async () => {
  const [lane, worker] = [await addLane(pool), await addWorker(pool)]
  const id = await submit(pool, { lane, source: 'writes' })
  await claim(pool, worker, lane, 1, false)
  await die(worker)
  expect(await stateOf(pool, id)).toBe('failed')
  expect(await errorOf(id)).toMatchObject({ code: 'worker_lost', retryable: false })
})

test('a statement of a source that was removed counts as one that may have written', async () => {
  const [lane, worker] = [await addLane(pool), await addWorker(pool)]
  await addSource(pool, 'removed', address)
  const id = await submit(pool, { lane, source: 'removed' })
  await claim(pool, worker, lane, 1, false)
  await pool.query(`delete from sluice.sources where name = 'removed'`)
  await die(worker)
  expect(await errorOf(id)).toMatchObject({ code: 'worker_lost' })
})

test('a query whose cancel its worker did not live to see is canceled', async () => {
  const worker = await addWorker(pool)
  const { queryId } = await submitAndClaim(pool, worker, await addLane(pool))
  await cancel(pool, queryId)
  await die(worker)
  expect(await eventsOf(pool, queryId)).toEqual(['queued', 'running', 'canceling', 'canceled'])
})

test('the tickets that a dead worker had taken are free again', async () => {
  const lane = await addLane(pool)
  await takeTickets(pool, lane)
  await submit(pool, { lane })
  const dead = await addWorker(pool)
  await pool.query(
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-' || $1
     where id in (select id from graphile_worker.jobs where task_identifier = 'sluice:lane:' || $2)`,
    [dead, lane],
  )
  await die(dead)
  const { rows } = await pool.query(
    `select locked_by from graphile_worker.jobs where task_identifier = 'sluice:lane:' || $1`,
    [lane],
  )
  expect(rows).toEqual([{ locked_by: null }])
})

test('several processes that reap at the same time take a query away once', async () => {
  const worker = await addWorker(pool)
  const ids = (await submitAndClaimMany(pool, worker, 20)).map(({ queryId }) => queryId)
  await silence(worker, 60)
  const reaped = await Promise.all(Array.from({ length: 8 }, () => reap(pool)))
  expect(reaped.reduce((sum, n) => sum + n)).toBe(ids.length)
  for (const id of ids) expect(await eventsOf(pool, id)).toEqual(['queued', 'running', 'queued'])
})

test('a query that waits longer than it may ends, with an error that says so, and those who wait for it are told', async () => {
  const lane = await addLane(pool)
  const late = await submit(pool, { lane, queue_timeout_seconds: 5 })
  const patient = await submit(pool, { lane, queue_timeout_seconds: 500 })
  const timeless = await submit(pool, { lane })
  await pool.query(`update sluice.queue set queue_timeout_at = queue_timeout_at - interval '10 seconds'`)
  await using done = await listen(database, 'sluice_done')
  expect(await reap(pool)).toBe(1)
  expect(await errorOf(late)).toMatchObject({ code: 'queue_timeout', retryable: true })
  expect(await done.heard()).toEqual([['sluice_done', late]])
  expect(await Promise.all([late, patient, timeless].map((id) => stateOf(pool, id)))).toEqual([
    'timed_out',
    'queued',
    'queued',
  ])
  expect(await eventsOf(pool, late)).toEqual(['queued', 'timed_out'])
})

test('a query that is claimed in time does not time out in the queue', async () => {
  const [lane, worker] = [await addLane(pool), await addWorker(pool)]
  const id = await submit(pool, { lane, queue_timeout_seconds: 1 })
  await claim(pool, worker, lane, 1, false)
  await pool.query(`update sluice.queries set queue_timeout_at = now() - interval '1 hour' where id = $1`, [id])
  expect(await reap(pool)).toBe(0)
  expect(await stateOf(pool, id)).toBe('running')
})
