import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { cancel, cancelMatching, findUnwanted } from '../../src/queries/cancel.ts'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { listen } from '../helpers/notifications.ts'
import { addLane, addWorker, eventsOf, outcomeOf, stateOf, submit, submitAndClaim } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const worker = await addWorker(pool)
const lane = await addLane(pool, { concurrency: 1000 })

test('a waiting query is canceled at once, never starts, and those who wait for it are told', async () => {
  const id = await submit(pool, { lane })
  await using done = await listen(database, 'sluice_done')
  expect(await cancel(pool, id)).toBe('canceled')
  expect(await eventsOf(pool, id)).toEqual(['queued', 'canceled'])
  expect(await claim(pool, worker, lane, 1, false)).toEqual([])
  expect(await done.heard()).toEqual([['sluice_done', id]])
})

test('a query that waits for its time is canceled at once', async () => {
  const id = await submit(pool, { lane, run_at: '2100-01-01T00:00:00Z' })
  expect(await cancel(pool, id)).toBe('canceled')
})

test('a running query is marked, and its worker is told to stop it', async () => {
  const { queryId, token } = await submitAndClaim(pool, worker, lane)
  await using channels = await listen(database, 'sluice_cancel', 'sluice_done')
  expect(await cancel(pool, queryId)).toBe('canceling')
  expect(await channels.heard()).toEqual([['sluice_cancel', queryId]])
  expect(await findUnwanted(pool, [{ queryId, token }])).toEqual([{ queryId, token, why: 'canceled' }])
})

test('a second cancel changes nothing', async () => {
  const { queryId } = await submitAndClaim(pool, worker, lane)
  await cancel(pool, queryId)
  const { rows: before } = await pool.query('select * from sluice.queries where id = $1', [queryId])
  expect(await cancel(pool, queryId)).toBe('canceling')
  expect((await pool.query('select * from sluice.queries where id = $1', [queryId])).rows).toEqual(before)
  expect(await eventsOf(pool, queryId)).toEqual(['queued', 'running', 'canceling'])
})

test.each(['succeeded', 'failed', 'timed_out'] as const)(
  'a cancel of a query that %s changes nothing',
  async (state) => {
    const run = await submitAndClaim(pool, worker, lane)
    await finishMany(pool, [outcomeOf(run, state)])
    const { rows: before } = await pool.query('select * from sluice.queries where id = $1', [run.queryId])
    expect(await cancel(pool, run.queryId)).toBe(state)
    expect((await pool.query('select * from sluice.queries where id = $1', [run.queryId])).rows).toEqual(before)
    expect(await eventsOf(pool, run.queryId)).toEqual(['queued', 'running', state])
  },
)

test('a cancel of a canceled query changes nothing', async () => {
  const id = await submit(pool, { lane })
  await cancel(pool, id)
  expect(await cancel(pool, id)).toBe('canceled')
  expect(await eventsOf(pool, id)).toEqual(['queued', 'canceled'])
})

test('a cancel of a query that does not exist says so', async () => {
  expect(await cancel(pool, randomUUID())).toBeNull()
})

test('psql cancels with select sluice.cancel', async () => {
  const id = await submit(pool, { lane })
  expect((await pool.query('select sluice.cancel($1)', [id])).rows).toEqual([{ cancel: 'canceled' }])
})

test('eight cancels of one query at the same time are one', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => submit(pool, { lane })))
  for (const id of ids) {
    const states = await Promise.all(Array.from({ length: 8 }, () => cancel(pool, id)))
    expect(new Set(states)).toEqual(new Set(['canceled']))
    expect(await eventsOf(pool, id)).toEqual(['queued', 'canceled'])
  }
})

test('of a cancel and a claim at the same time one is first, and the other sees what it did', async () => {
  const ids = await Promise.all(Array.from({ length: 100 }, () => submit(pool, { lane })))
  const claims = Array.from({ length: 25 }, () => claim(pool, worker, lane, 4, false))
  const states = await Promise.all(ids.map((id) => cancel(pool, id)))
  const claimed = new Set((await Promise.all(claims)).flat().map(({ queryId }) => queryId))
  for (const [i, id] of ids.entries()) {
    expect(states[i]).toBe(claimed.has(id) ? 'canceling' : 'canceled')
    expect(await eventsOf(pool, id)).toEqual(
      claimed.has(id) ? ['queued', 'running', 'canceling'] : ['queued', 'canceled'],
    )
  }
})

test('a cancel of all that match leaves what does not match or has ended', async () => {
  const labels = { batch: randomUUID() }
  const ended = await submitAndClaim(pool, worker, lane)
  await pool.query('update sluice.queries set labels = $2 where id = $1', [ended.queryId, labels])
  await finishMany(pool, [outcomeOf(ended, 'succeeded')])
  const other = await submit(pool, { lane })
  const waiting = await submit(pool, { lane, labels, priority: 9 })
  await pool.query('delete from sluice.queue where query_id = $1', [other])
  const running = await submitAndClaim(pool, worker, await addLane(pool))
  await pool.query('update sluice.queries set labels = $2 where id = $1', [running.queryId, labels])
  const cancelOne = (id: string): ReturnType<typeof cancel> => cancel(pool, id)
  expect(await cancelMatching(pool, 'default', { labels }, { dryRun: true, cancelOne })).toEqual({
    matching: 2,
    canceled: 0,
  })
  expect(await cancelMatching(pool, 'default', { labels }, { dryRun: false, cancelOne })).toEqual({
    matching: 2,
    canceled: 2,
  })
  expect(await Promise.all([waiting, running.queryId, ended.queryId, other].map((id) => stateOf(pool, id)))).toEqual([
    'canceled',
    'canceling',
    'succeeded',
    'queued',
  ])
})
