import { expect, test } from 'vitest'
import { cancel } from '../../src/queries/cancel.ts'
import { claim, runName } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { giveBack } from '../../src/queries/giveBack.ts'
import { forgetOrphans, noteOrphan, takeOrphans } from '../../src/queries/orphans.ts'
import { heartbeat, markStopped, reap, timeOutQueued } from '../../src/queries/workers.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { listen } from '../helpers/notifications.ts'
import {
  addLane,
  addWorker,
  eventsOf,
  outcomeOf,
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

const pulse = { rssBytes: 1 }
const session = { source: 'default', pid: 4711, startedAt: '2026-11-20 10:11:12.131415+00' }

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
  expect(await heartbeat(pool, dead, pulse)).toBe('declared dead')
  expect(await heartbeat(pool, alive, pulse)).toBe('go on')
})

test('queries that a stopped worker left behind are taken from it without a wait', async () => {
  const worker = await addWorker(pool)
  const { queryId } = await submitAndClaim(pool, worker, await addLane(pool))
  await markStopped(pool, worker)
  expect(await reap(pool)).toBe(1)
  expect(await stateOf(pool, queryId)).toBe('queued')
})

test('a worker that stops holds no ticket any more, and one that was replaced meanwhile goes', async () => {
  const [lane, worker] = [await addLane(pool), await addWorker(pool)]
  await submit(pool, { lane })
  await pool.query(
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-' || $1
     where task_id = (select id from graphile_worker._private_tasks where identifier = 'sluice:lane:' || $2)`,
    [worker, lane],
  )
  // The second submission replaces the ticket that is held.
  await submit(pool, { lane })
  await markStopped(pool, worker)
  const { rows } = await pool.query(
    `select locked_by, attempts < max_attempts as alive from graphile_worker.jobs
     where task_identifier = 'sluice:lane:' || $1`,
    [lane],
  )
  expect(rows).toEqual([{ locked_by: null, alive: true }])
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

test('a query whose cancel its worker did not live to see is canceled once its session is gone', async () => {
  const worker = await addWorker(pool)
  const run = await submitAndClaim(pool, worker, await addLane(pool))
  await heartbeat(pool, worker, { ...pulse, sessions: [session] })
  await cancel(pool, run.queryId)
  await die(worker)
  await reap(pool)
  expect(await stateOf(pool, run.queryId)).toBe('canceling')

  const [orphans] = await takeOrphans(pool)
  expect(orphans).toMatchObject({
    source: 'default',
    backends: [{ pid: session.pid, startedAt: session.startedAt }],
    applicationNames: expect.arrayContaining([runName(run)]),
  })
  await forgetOrphans(pool, orphans!.ids)
  expect(await reap(pool)).toBe(1)
  expect(await eventsOf(pool, run.queryId)).toEqual(['queued', 'running', 'canceling', 'canceled'])
})

test('a query whose cancel its worker did not live to see does not wait for more than a minute for its source', async () => {
  const worker = await addWorker(pool)
  const { queryId } = await submitAndClaim(pool, worker, await addLane(pool))
  await cancel(pool, queryId)
  await die(worker)
  await pool.query(`update sluice.leases set orphaned_at = orphaned_at - interval '61 seconds' where query_id = $1`, [
    queryId,
  ])
  expect(await reap(pool)).toBe(1)
  expect(await stateOf(pool, queryId)).toBe('canceled')
})

test('a run that its living worker has not ended a minute after its time is timed out, and its session noted', async () => {
  const worker = await addWorker(pool)
  const run = await submitAndClaim(pool, worker, await addLane(pool, { timeout_seconds: 10 }))
  const age = async (seconds: number): Promise<unknown> =>
    await pool.query(
      `update sluice.leases set granted_at = clock_timestamp() - make_interval(secs => $2) where query_id = $1`,
      [run.queryId, seconds],
    )
  await age(69)
  expect(await reap(pool)).toBe(0)
  await age(71)
  expect(await reap(pool)).toBe(1)
  expect(await stateOf(pool, run.queryId)).toBe('timed_out')
  expect(await errorOf(run.queryId)).toMatchObject({ code: 'statement_timeout' })
  const orphans = await takeOrphans(pool)
  expect(orphans.flatMap(({ applicationNames }) => applicationNames)).toContain(runName(run))
})

test('a worker that asked for a longer lease is given it', async () => {
  const patient = await addWorker(pool)
  await pool.query('update sluice.workers set lease_seconds = 60 where id = $1', [patient])
  await silence(patient, 50)
  await reap(pool)
  expect(await heartbeat(pool, patient, pulse)).toBe('go on')
  await silence(patient, 61)
  await reap(pool)
  expect(await heartbeat(pool, patient, pulse)).toBe('declared dead')
})

test('a worker that is to drain is told so by its next heartbeat', async () => {
  const worker = await addWorker(pool)
  await pool.query('select sluice.drain_worker($1)', [worker])
  expect(await heartbeat(pool, worker, pulse)).toBe('drain')
})

test('sessions that a worker left behind are ended by one worker at a time, again after a pause', async () => {
  const worker = await addWorker(pool)
  await heartbeat(pool, worker, { ...pulse, sessions: [session, { ...session, pid: session.pid + 1 }] })
  await die(worker)
  const taken = (await takeOrphans(pool)).flatMap(({ backends }) => backends)
  expect(taken.map(({ pid }) => pid)).toEqual(expect.arrayContaining([session.pid, session.pid + 1]))
  expect(await takeOrphans(pool)).toEqual([])
  await pool.query('update sluice.orphans set try_at = clock_timestamp()')
  expect(await takeOrphans(pool)).not.toEqual([])
})

test('a worker that stops in order leaves no sessions behind', async () => {
  const worker = await addWorker(pool)
  await heartbeat(pool, worker, { ...pulse, sessions: [session] })
  await markStopped(pool, worker)
  await reap(pool)
  const { rows } = await pool.query('select from sluice.orphans where worker_id = $1', [worker])
  expect(rows).toEqual([])
})

test('tickets that were replaced while a worker had them do not outlive it', async () => {
  const lane = await addLane(pool)
  await takeTickets(pool, lane)
  const dead = await addWorker(pool)
  await submit(pool, { lane })
  await pool.query(
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'pool-' || $1 where key like $2`,
    [dead, `sluice:lane:${lane}:%`],
  )
  await submit(pool, { lane })
  expect(await ticketsOf(pool, lane)).toBe(2)
  await die(dead)
  expect(await ticketsOf(pool, lane)).toBe(1)
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
  expect(await timeOutQueued(pool)).toBe(1)
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

test('a cancel that the reaper meets on its way is not reported done before the session is gone', async () => {
  const worker = await addWorker(pool)
  const { queryId } = await submitAndClaim(pool, worker, await addLane(pool))
  await silence(worker, 60)
  const canceling = await pool.connect()
  await canceling.query('begin')
  await canceling.query('select sluice.cancel($1)', [queryId])
  const reaping = reap(pool)
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and query like '%sluice.reap()%' and wait_event_type = 'Lock'`,
    )
    expect(rowCount).toBe(1)
  })
  await canceling.query('commit')
  canceling.release()
  expect(await reaping).toBe(0)
  expect(await stateOf(pool, queryId)).toBe('canceling')

  for (const { ids } of await takeOrphans(pool)) await forgetOrphans(pool, ids)
  expect(await reap(pool)).toBe(1)
  expect(await stateOf(pool, queryId)).toBe('canceled')
})

type Run = Awaited<ReturnType<typeof submitAndClaim>>

test.each<[how: string, leave: (run: Run) => Promise<unknown>, answer: unknown]>([
  ['ended', (run) => finishMany(pool, [outcomeOf(run, 'timed_out')]), [null]],
  ['given back', ({ queryId, token }) => giveBack(pool, queryId, token), 'canceling'],
])(
  'a canceled run that is %s while others look for the end of its session is canceled once that is gone',
  async (_, leave, answer) => {
    const worker = await addWorker(pool)
    const run = await submitAndClaim(pool, worker, await addLane(pool))
    const { queryId, token } = run
    await noteOrphan(pool, {
      workerId: worker,
      queryId,
      token,
      source: 'default',
      backend: session,
      applicationName: runName(run),
    })
    await cancel(pool, queryId)
    expect(await leave(run)).toEqual(answer)
    expect(await reap(pool)).toBe(0)
    expect(await stateOf(pool, queryId)).toBe('canceling')

    for (const { ids } of await takeOrphans(pool)) await forgetOrphans(pool, ids)
    expect(await reap(pool)).toBe(1)
    expect(await eventsOf(pool, queryId)).toEqual(['queued', 'running', 'canceling', 'canceled'])
  },
)

test('a run that is not canceled ends as ever while others look for the end of its session', async () => {
  const worker = await addWorker(pool)
  const run = await submitAndClaim(pool, worker, await addLane(pool))
  const orphan = { workerId: worker, ...run, backend: undefined, applicationName: runName(run) }
  await noteOrphan(pool, orphan)
  expect(await finishMany(pool, [outcomeOf(run, 'failed')])).toEqual(['failed'])
})
