import { expect, test } from 'vitest'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { giveBack } from '../../src/queries/giveBack.ts'
import { setPaused } from '../../src/queries/manageLanes.ts'
import { markDraining, markStopped } from '../../src/queries/workers.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import {
  addLane,
  addWorker,
  outcomeOf,
  stateOf,
  submit,
  submitAndClaim,
  takeTickets,
  ticketsOf,
} from '../helpers/runs.ts'

const { pool } = await createDatabase()
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const worker = await addWorker(pool)

const claimIds = async (lane: string, want: number, woken = false): Promise<string[]> =>
  (await claim(pool, worker, lane, want, woken)).map(({ queryId }) => queryId)

test('queries are claimed by priority, and the oldest first among those of the same priority', async () => {
  const lane = await addLane(pool)
  const ids: Record<string, string> = {}
  for (const [name, priority] of [
    ['last', 9],
    ['second', 3],
    ['fourth', 5],
    ['first', 1],
    ['third', 3],
    ['fifth', undefined],
  ] as const) {
    ids[name] = await submit(pool, { lane, priority })
  }
  expect(await claimIds(lane, 4)).toEqual([ids['first'], ids['second'], ids['third'], ids['fourth']])
  expect(await claimIds(lane, 4)).toEqual([ids['fifth'], ids['last']])
})

test('a query that was given back is claimed before those that came after it', async () => {
  const lane = await addLane(pool)
  const first = await submitAndClaim(pool, worker, lane)
  const second = await submit(pool, { lane })
  await giveBack(pool, first.queryId, first.token)
  expect(await claimIds(lane, 2)).toEqual([first.queryId, second])
})

test('a claim brings what the run needs, the limits of the request or else of the lane', async () => {
  const lane = await addLane(pool, { timeout_seconds: 7, row_limit: 70, max_byte_limit: 700, ttl_seconds: 1 })
  const params = [1, { type: 'int8', value: '2' }, null]
  const own = await submit(pool, { lane, sql: 'select $1', params, timeout_seconds: 5, row_limit: 50, byte_limit: 500 })
  const plain = await submit(pool, { lane, sql: 'select 2' })
  const claims = await claim(pool, worker, lane, 2, false)
  const common = { attempt: 1, source: 'default', token: expect.stringMatching(/^\d+$/) as string }
  expect(claims).toMatchObject([
    { ...common, queryId: own, sql: 'select $1', params, timeoutSeconds: 5, rowLimit: 50, byteLimit: 500 },
    { ...common, queryId: plain, sql: 'select 2', params: [], timeoutSeconds: 7, rowLimit: 70, byteLimit: 700 },
  ])
})

test('a result is kept in the partition of the UTC day on which it will expire at the latest', async () => {
  const lane = await addLane(pool, { timeout_seconds: 3600, ttl_seconds: 86400 * 3 })
  const { queryId, expiresOn } = await submitAndClaim(pool, worker, lane)
  const { rows } = await pool.query<{ day: string }>(
    `select to_char((started_at + interval '3 days 1 hour') at time zone 'UTC', 'YYYY-MM-DD') as day
     from sluice.queries where id = $1`,
    [queryId],
  )
  expect(expiresOn).toBe(rows[0]!.day)
})

test('no more queries of a lane run at one time than it allows, with eight claimers at once, and each runs once', async () => {
  const concurrency = 5
  const lane = await addLane(pool, { concurrency })
  const submitted = await Promise.all(Array.from({ length: 120 }, () => submit(pool, { lane })))
  const claimed: string[] = []
  let most = 0
  const claimUntilDone = async (claimer: number): Promise<void> => {
    while (claimed.length < submitted.length) {
      const claims = await claim(pool, worker, lane, 1 + (claimer % 3), false)
      claimed.push(...claims.map(({ queryId }) => queryId))
      const { rows } = await pool.query<{ running: number }>(
        `select count(*)::integer as running from sluice.leases where lane = $1`,
        [lane],
      )
      most = Math.max(most, rows[0]!.running)
      await finishMany(
        pool,
        claims.map((run) => outcomeOf(run, 'succeeded')),
      )
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, claimer) => claimUntilDone(claimer)))
  expect(most).toBe(concurrency)
  expect(claimed.sort()).toEqual(submitted.sort())
})

test('the limit of one lane does not hold back another', async () => {
  const [full, free] = [await addLane(pool, { concurrency: 1 }), await addLane(pool)]
  await submitAndClaim(pool, worker, full)
  await submit(pool, { lane: full })
  const id = await submit(pool, { lane: free })
  expect(await claimIds(full, 1)).toEqual([])
  expect(await claimIds(free, 1)).toEqual([id])
})

test('a lane that is given more room starts more, and one that is given less starts nothing until there is room', async () => {
  const lane = await addLane(pool, { concurrency: 1 })
  const first = await submitAndClaim(pool, worker, lane)
  await submit(pool, { lane })
  await submit(pool, { lane })
  const setConcurrency = (n: number): Promise<unknown> =>
    pool.query('update sluice.lanes set concurrency = $1 where name = $2', [n, lane])
  await setConcurrency(2)
  expect(await claimIds(lane, 5)).toHaveLength(1)
  await setConcurrency(1)
  await finishMany(pool, [outcomeOf(first, 'succeeded')])
  expect(await claimIds(lane, 5)).toEqual([])
})

test('a paused lane gives nothing, lets what runs go on, and gets a ticket when it is resumed', async () => {
  const lane = await addLane(pool)
  const run = await submitAndClaim(pool, worker, lane)
  const waiting = await submit(pool, { lane })
  expect(await setPaused(pool, lane, true)).toMatchObject({ name: lane, paused: true })
  expect(await claimIds(lane, 1)).toEqual([])
  expect(await finishMany(pool, [outcomeOf(run, 'succeeded')])).toEqual(['succeeded'])
  await takeTickets(pool, lane)
  expect(await setPaused(pool, lane, false)).toMatchObject({ name: lane, paused: false })
  expect(await ticketsOf(pool, lane)).toBe(1)
  expect(await claimIds(lane, 1)).toEqual([waiting])
})

test('a query with a time to run at lets others pass, and is claimed in its turn once that time has come', async () => {
  const lane = await addLane(pool)
  const later = await submit(pool, { lane, run_at: '2100-01-01T00:00:00Z', priority: 1 })
  const [second, third] = [await submit(pool, { lane }), await submit(pool, { lane })]
  expect(await claimIds(lane, 1)).toEqual([second])
  expect(await stateOf(pool, later)).toBe('queued')
  await pool.query(`update sluice.queue set run_at = now() where query_id = $1`, [later])
  expect(await claimIds(lane, 2)).toEqual([later, third])
})

test('a claim that a ticket woke adds one ticket while there is more to do and room for it, any other claim none', async () => {
  const lane = await addLane(pool, { concurrency: 4 })
  for (let i = 0; i < 6; i++) await submit(pool, { lane })
  const ticketsAfterClaim = async (want: number, woken: boolean): Promise<number> => {
    await takeTickets(pool, lane)
    expect(await claimIds(lane, want, woken)).toHaveLength(want)
    return await ticketsOf(pool, lane)
  }
  expect(await ticketsAfterClaim(1, true), 'woken, more waits, room is left').toBe(1)
  expect(await ticketsAfterClaim(1, false), 'not woken').toBe(0)
  expect(await ticketsAfterClaim(2, true), 'woken, more waits, no room is left').toBe(0)
  await pool.query('update sluice.lanes set concurrency = 10 where name = $1', [lane])
  expect(await ticketsAfterClaim(2, true), 'woken, nothing is left').toBe(0)
})

test('a worker that drains, has stopped or never registered is given nothing', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane })
  const [draining, stopped] = [await addWorker(pool), await addWorker(pool)]
  await markDraining(pool, draining, 'told to stop')
  await markStopped(pool, stopped)
  for (const other of [draining, stopped, '00000000-0000-4000-8000-000000000000']) {
    expect(await claim(pool, other, lane, 1, false)).toEqual([])
  }
  expect(await claimIds(lane, 1)).toEqual([id])
})

test('a lane that does not exist gives nothing', async () => {
  expect(await claimIds('no-such-lane', 1)).toEqual([])
})

test('the partition of a result is still there for one that ends a little after its time, just before midnight', async () => {
  const lane = await addLane(pool, { max_ttl_seconds: 31_536_000 })
  const dayMs = 86_400_000
  const midnight = (Math.floor(Date.now() / dayMs) + 2) * dayMs
  const timeout_seconds = 60
  // It runs to the end of its time, and its result would be kept until half a minute before midnight.
  const ttl_seconds = Math.floor((midnight - 30_000 - Date.now()) / 1000) - timeout_seconds
  const id = await submit(pool, { lane, timeout_seconds, ttl_seconds })
  const [run] = await claim(pool, worker, lane, 1, false)
  expect(run!.queryId).toBe(id)
  expect(run!.expiresOn).toBe(new Date(midnight).toISOString().slice(0, 10))
})
