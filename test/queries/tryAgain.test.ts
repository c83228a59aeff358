import { expect, test } from 'vitest'
import type { QueryError } from '../../src/errors.ts'
import { cancel } from '../../src/queries/cancel.ts'
import { claim, type Claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { giveBack } from '../../src/queries/giveBack.ts'
import { tryAgain } from '../../src/queries/tryAgain.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { addLane, addWorker, eventsOf, outcomeOf, stateOf, submit } from '../helpers/runs.ts'

const { pool } = await createDatabase()
const address = { host: 'nowhere.example', database: 'd', user: 'u' }
await addSource(pool, 'default', address)
await addSource(pool, 'writes', { ...address, writes: true })
const worker = await addWorker(pool)
const lost: QueryError = { code: 'source_connection_lost', message: 'It broke.', retryable: true }
const busy: QueryError = { code: 'source_busy', message: 'It is full.', retryable: true }

/** Claims the query of a lane, whose pause is taken to be over. */
async function claimNow(lane: string): Promise<Claim> {
  await pool.query('update sluice.queue set run_at = now() where lane = $1 and delayed', [lane])
  const [run] = await claim(pool, worker, lane, 1, false)
  return run!
}

const pauseOf = async (id: string): Promise<number> =>
  (
    await pool.query<{ pause: number }>(
      'select extract(epoch from run_at - clock_timestamp())::float8 as pause from sluice.queue where query_id = $1',
      [id],
    )
  ).rows[0]!.pause

test('a query runs as often as max_attempts says, each attempt with its error, and then ends', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane, max_attempts: 3 })
  for (const attempt of [1, 2]) {
    const run = await claimNow(lane)
    expect(run.attempt).toBe(attempt)
    expect(await tryAgain(pool, id, run.token, lost)).toBe('queued')
  }
  const last = await claimNow(lane)
  expect(await tryAgain(pool, id, last.token, lost)).toBe('running')
  await finishMany(pool, [outcomeOf(last, 'failed')])
  const { rows } = await pool.query(
    `select attempt, worker_id, outcome, error ->> 'code' as code from sluice.attempts where query_id = $1 order by 1`,
    [id],
  )
  expect(rows).toEqual([
    { attempt: 1, worker_id: worker, outcome: 'tried_again', code: 'source_connection_lost' },
    { attempt: 2, worker_id: worker, outcome: 'tried_again', code: 'source_connection_lost' },
    { attempt: 3, worker_id: worker, outcome: 'failed', code: 'sql_error' },
  ])
  expect(await eventsOf(pool, id)).toEqual(['queued', 'running', 'queued', 'running', 'queued', 'running', 'failed'])
})

test('a query that asks for nothing runs once', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane })
  const run = await claimNow(lane)
  expect(await tryAgain(pool, id, run.token, lost)).toBe('running')
})

test('the pause grows with every attempt, is random, and is never more than a minute', async () => {
  const lane = await addLane(pool, { max_attempts: 100 })
  const id = await submit(pool, { lane, max_attempts: 100 })
  const pauses: number[] = []
  for (let i = 0; i < 20; i++) {
    const run = await claimNow(lane)
    await tryAgain(pool, id, run.token, lost)
    pauses.push(await pauseOf(id))
  }
  pauses.forEach((pause, i) => expect(pause).toBeLessThanOrEqual(Math.min(2 ** i, 60)))
  expect(Math.max(...pauses)).toBeGreaterThan(8)
  expect(new Set(pauses).size).toBe(20)
})

test('interruptions and lost workers cost no attempt', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane, max_attempts: 2 })
  await giveBack(pool, id, (await claimNow(lane)).token)
  const dying = await addWorker(pool)
  await claim(pool, dying, lane, 1, false)
  await pool.query(`update sluice.workers set heartbeat_at = now() - interval '1 hour' where id = $1`, [dying])
  await pool.query('select sluice.reap()')
  expect(await tryAgain(pool, id, (await claimNow(lane)).token, lost)).toBe('queued')
  expect(await tryAgain(pool, id, (await claimNow(lane)).token, lost)).toBe('running')
})

test('a source that takes no connection costs no attempt, but not for ever', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane })
  for (let i = 1; i < 20; i++) expect(await tryAgain(pool, id, (await claimNow(lane)).token, busy)).toBe('queued')
  expect(await tryAgain(pool, id, (await claimNow(lane)).token, busy)).toBe('running')
})

test('a cancel that came first wins', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane, max_attempts: 3 })
  const run = await claimNow(lane)
  await cancel(pool, id)
  expect(await tryAgain(pool, id, run.token, lost)).toBe('canceled')
})

test('a run that lost its lease puts nothing back', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane, max_attempts: 3 })
  const run = await claimNow(lane)
  await giveBack(pool, id, run.token)
  expect(await tryAgain(pool, id, run.token, lost)).toBeNull()
  expect(await stateOf(pool, id)).toBe('queued')
})

test('a statement that may write is not tried again, and asking for it is refused', async () => {
  await expect(submit(pool, { source: 'writes', max_attempts: 2 })).rejects.toMatchObject({ code: 'invalid_request' })
  const lane = await addLane(pool)
  const id = await submit(pool, { lane, source: 'writes' })
  const run = await claimNow(lane)
  await pool.query('update sluice.queries set max_attempts = 5 where id = $1', [id])
  expect(await tryAgain(pool, id, run.token, lost)).toBe('running')
})

test('more attempts than the lane allows are refused', async () => {
  const lane = await addLane(pool, { max_attempts: 2 })
  await expect(submit(pool, { lane, max_attempts: 3 })).rejects.toMatchObject({ code: 'limit_above_lane_maximum' })
  const { rows } = await pool.query<{ id: string }>(
    `select sluice.submit('select 1', lane => $1, max_attempts => 2) as id`,
    [lane],
  )
  expect(await stateOf(pool, rows[0]!.id)).toBe('queued')
})

test('a query whose result a crash has damaged runs again twice without being asked for, at no cost', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane })
  const damaged: QueryError = { code: 'result_lost', message: 'A part is gone.', retryable: true }
  for (const reached of ['queued', 'queued', 'running']) {
    expect(await tryAgain(pool, id, (await claimNow(lane)).token, damaged)).toBe(reached)
  }
  const { rows } = await pool.query('select attempt, interruptions from sluice.queries where id = $1', [id])
  expect(rows).toEqual([{ attempt: 3, interruptions: 2 }])
})
