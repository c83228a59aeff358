import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { cancel, findUnwanted } from '../../src/queries/cancel.ts'
import type { Claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { giveBack } from '../../src/queries/giveBack.ts'
import { storeChunk } from '../../src/results/storeChunk.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { listen } from '../helpers/notifications.ts'
import {
  addLane,
  addWorker,
  eventsOf,
  outcomeOf,
  stateOf,
  submitAndClaim,
  submitAndClaimMany,
} from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const worker = await addWorker(pool)
const lane = await addLane(pool, { concurrency: 1000 })

const run = (): Promise<Claim> => submitAndClaim(pool, worker, lane)

const runs = (count: number): Promise<Claim[]> => submitAndClaimMany(pool, worker, count)

const storeOne = async (claim: Claim, n = 0): Promise<void> =>
  await storeChunk(pool, claim, [], Buffer.from('schema'), {
    n,
    firstRow: n,
    rows: 1,
    rawBytes: 5,
    checksum: 0,
    frame: Buffer.from('chunk'),
  })

const countOf = async (table: string, id: string): Promise<number> =>
  (await pool.query(`select from sluice.${table} where query_id = $1`, [id])).rowCount ?? 0

test('a run that succeeds leaves its manifest, frees its place and tells those who wait', async () => {
  const claim = await run()
  await using done = await listen(database, 'sluice_done')
  const manifest = {
    expiresOn: claim.expiresOn,
    rows: 3,
    rawBytes: 30,
    storedBytes: 5,
    chunks: 1,
    limitingFactor: 'row_limit' as const,
    columns: [{ name: 'x', type: 'int4' }],
    schemaMessage: Buffer.from('the schema'),
    inline: { frame: Buffer.from('the frame'), checksum: 7 },
  }
  expect(await finishMany(pool, [outcomeOf(claim, 'succeeded', manifest)])).toEqual(['succeeded'])
  const { rows } = await pool.query('select * from sluice.results where query_id = $1', [claim.queryId])
  expect(rows).toMatchObject([
    {
      token: claim.token,
      rows: '3',
      raw_bytes: '30',
      stored_bytes: '5',
      chunks: 1,
      complete: true,
      limiting_factor: 'row_limit',
      columns: manifest.columns,
      schema_message: manifest.schemaMessage,
      inline_chunk: manifest.inline.frame,
      inline_checksum: '7',
    },
  ])
  expect(await countOf('leases', claim.queryId)).toBe(0)
  expect(await done.heard()).toEqual([['sluice_done', claim.queryId]])
})

test('manifests of one transaction do not mix up their bytes', async () => {
  const claims = await runs(3)
  const frames = ['', 'first', 'second and longer'].map((text) => Buffer.from(text))
  const outcomes = claims.map((claim, i) =>
    outcomeOf(claim, 'succeeded', {
      expiresOn: claim.expiresOn,
      chunks: i === 0 ? 0 : 1,
      schemaMessage: Buffer.from(`schema ${i}`),
      inline: i === 0 ? null : { frame: frames[i]!, checksum: i },
    }),
  )
  expect(await finishMany(pool, outcomes)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  for (const [i, { queryId }] of claims.entries()) {
    const { rows } = await pool.query('select schema_message, inline_chunk from sluice.results where query_id = $1', [
      queryId,
    ])
    expect(rows).toEqual([{ schema_message: Buffer.from(`schema ${i}`), inline_chunk: i === 0 ? null : frames[i] }])
  }
})

test('a result expires its time after the end of the run', async () => {
  const claim = await run()
  await finishMany(pool, [outcomeOf(claim, 'succeeded')])
  const { rows } = await pool.query(
    `select expires_at = finished_at + ttl_seconds * interval '1 second' as right
     from sluice.queries join sluice.results on query_id = id where id = $1`,
    [claim.queryId],
  )
  expect(rows).toEqual([{ right: true }])
})

test.each(['failed', 'timed_out'] as const)(
  'a run that %s leaves its error, and nothing of what it had stored',
  async (state) => {
    const claim = await run()
    await storeOne(claim)
    await storeOne(claim, 1)
    expect(await countOf('chunks', claim.queryId)).toBe(2)
    const outcome = outcomeOf(claim, state)
    expect(await finishMany(pool, [outcome])).toEqual([state])
    const { rows } = await pool.query('select error from sluice.queries where id = $1', [claim.queryId])
    expect(rows).toEqual([{ error: 'error' in outcome ? outcome.error : undefined }])
    for (const table of ['chunks', 'results', 'leases']) expect(await countOf(table, claim.queryId)).toBe(0)
  },
)

test('a cancel that came first wins over any end, which leaves neither an error nor a result', async () => {
  for (const state of ['succeeded', 'failed', 'timed_out'] as const) {
    const claim = await run()
    await storeOne(claim)
    await cancel(pool, claim.queryId)
    expect(await finishMany(pool, [outcomeOf(claim, state)])).toEqual(['canceled'])
    const { rows } = await pool.query('select state, error from sluice.queries where id = $1', [claim.queryId])
    expect(rows).toEqual([{ state: 'canceled', error: null }])
    for (const table of ['chunks', 'results', 'leases']) expect(await countOf(table, claim.queryId)).toBe(0)
  }
})

test('an end that came first wins over a cancel', async () => {
  const claim = await run()
  await finishMany(pool, [outcomeOf(claim, 'succeeded')])
  expect(await cancel(pool, claim.queryId)).toBe('succeeded')
  expect(await countOf('results', claim.queryId)).toBe(1)
})

test('of 200 cancels and ends at the same time exactly one wins each time, and both sides know which', async () => {
  const claims = await runs(200)
  const states = await Promise.all(
    claims.map(async (claim, i) => {
      const end = (): Promise<unknown> => finishMany(pool, [outcomeOf(claim, 'succeeded')])
      const stop = (): Promise<unknown> => cancel(pool, claim.queryId)
      // Neither is always the first to be sent.
      const [first, second] = await Promise.all(i % 2 === 0 ? [end(), stop()] : [stop(), end()])
      return i % 2 === 0 ? { end: first, stop: second } : { end: second, stop: first }
    }),
  )
  const winners = new Set<string | undefined>()
  for (const [i, { queryId }] of claims.entries()) {
    const state = await stateOf(pool, queryId)
    winners.add(state)
    const answers = states[i]
    expect({ answers, events: await eventsOf(pool, queryId), results: await countOf('results', queryId) }).toEqual(
      state === 'succeeded'
        ? { answers: { end: ['succeeded'], stop: 'succeeded' }, events: ['queued', 'running', 'succeeded'], results: 1 }
        : {
            answers: { end: ['canceled'], stop: 'canceling' },
            events: ['queued', 'running', 'canceling', 'canceled'],
            results: 0,
          },
    )
  }
  expect(winners).toEqual(new Set(['succeeded', 'canceled']))
})

test('of eight ends of one run at the same time one is accepted', async () => {
  for (const claim of await runs(25)) {
    const ends = [
      'succeeded',
      'failed',
      'timed_out',
      'succeeded',
      'failed',
      'timed_out',
      'failed',
      'succeeded',
    ] as const
    const reached = await Promise.all(ends.map((state) => finishMany(pool, [outcomeOf(claim, state)])))
    const accepted = reached.flat().filter((state) => state !== null)
    expect(accepted).toEqual([await stateOf(pool, claim.queryId)])
    expect(await countOf('leases', claim.queryId)).toBe(0)
  }
})

test('of a give-back and an end at the same time one is accepted', async () => {
  for (const claim of await runs(50)) {
    const [back, [end]] = await Promise.all([
      giveBack(pool, claim.queryId, claim.token),
      finishMany(pool, [outcomeOf(claim, 'succeeded')]),
    ])
    expect([back, end]).toEqual(
      (await stateOf(pool, claim.queryId)) === 'queued' ? ['queued', null] : [null, 'succeeded'],
    )
    await cancel(pool, claim.queryId)
  }
})

test('a chunk that is stored while its run is given back or fails is gone afterwards', async () => {
  for (const [i, claim] of (await runs(60)).entries()) {
    await storeOne(claim)
    const end = (): Promise<unknown> =>
      i % 2 === 0 ? giveBack(pool, claim.queryId, claim.token) : finishMany(pool, [outcomeOf(claim, 'failed')])
    const [stored] = await Promise.allSettled([storeOne(claim, 1), end()])
    expect(stored).toMatchObject(stored.status === 'fulfilled' ? {} : { reason: { name: 'LeaseLost' } })
    for (const table of ['chunks', 'results', 'leases']) expect(await countOf(table, claim.queryId)).toBe(0)
    await cancel(pool, claim.queryId)
  }
})

test('a chunk whose store is repeated, because its answer was lost, is stored and counted once', async () => {
  const claim = await run()
  for (const n of [0, 0, 1, 1]) await storeOne(claim, n)
  expect(await countOf('chunks', claim.queryId)).toBe(2)
  const { rows } = await pool.query('select chunks, rows, stored_bytes from sluice.results where query_id = $1', [
    claim.queryId,
  ])
  expect(rows).toEqual([{ chunks: 2, rows: '2', stored_bytes: '10' }])
})

test.each([
  ['one chunk is missing', { chunks: 3, rows: 3, rawBytes: 15, storedBytes: 15 }],
  ['its rows are not as many', { chunks: 2, rows: 3, rawBytes: 10, storedBytes: 10 }],
  ['its bytes are not as many', { chunks: 2, rows: 2, rawBytes: 10, storedBytes: 11 }],
])('a run does not succeed if %s', async (_, counts) => {
  const claim = await run()
  await storeOne(claim)
  await storeOne(claim, 1)
  const outcome = outcomeOf(claim, 'succeeded', { expiresOn: claim.expiresOn, ...counts })
  expect(await finishMany(pool, [outcome])).toEqual(['running'])
  expect(await eventsOf(pool, claim.queryId)).toEqual(['queued', 'running'])
  await cancel(pool, claim.queryId)
  expect(await finishMany(pool, [outcome])).toEqual(['canceling'])
  expect(await finishMany(pool, [outcomeOf(claim, 'failed')])).toEqual(['canceled'])
})

test('a run that has lost its lease is refused, and those of the same transaction are not', async () => {
  const [kept, lost] = await runs(2)
  await giveBack(pool, lost!.queryId, lost!.token)
  const unknown = { queryId: randomUUID(), token: kept!.token }
  expect(await findUnwanted(pool, [kept!, lost!])).toMatchObject([{ queryId: lost!.queryId, why: 'lease_lost' }])
  expect(
    await finishMany(pool, [outcomeOf(lost!, 'succeeded'), outcomeOf(unknown, 'failed'), outcomeOf(kept!, 'failed')]),
  ).toEqual([null, null, 'failed'])
  await cancel(pool, lost!.queryId)
})

test('more ends than one notification holds are all told', async () => {
  const claims = await runs(450)
  await using done = await listen(database, 'sluice_done')
  await finishMany(
    pool,
    claims.map((claim) => outcomeOf(claim, 'succeeded')),
  )
  const told = (await done.heard()).flatMap(([, payload]) => payload.split(','))
  expect(told.sort()).toEqual(claims.map(({ queryId }) => queryId).sort())
})
