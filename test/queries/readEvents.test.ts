import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { createDatabase } from '../helpers/database.ts'

const { pool } = await createDatabase()

interface Place {
  seen: string
  missing: string
  writers: string[] | null
}

const start: Place = { seen: '0', missing: '{}', writers: null }

/** Reads on from a place; the numbers of the events that are there, and the place after them. */
async function read(place: Place, most = 1000): Promise<{ place: Place; ids: number[] }> {
  const { rows } = await pool.query<Place & { ids: string }>(
    `select seen::text, missing::text, writers, ids::text from sluice.read_events($1, $2, $3, $4)`,
    [place.seen, place.missing, place.writers, most],
  )
  const { ids, ...after } = rows[0]!
  const { rows: events } = await pool.query<{ id: string }>(
    'select id from unnest($1::int8multirange) each join sluice.query_events on id <@ each order by id',
    [ids],
  )
  return { place: after, ids: events.map(({ id }) => Number(id)) }
}

async function writeEvent(client: pg.Pool | pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `insert into sluice.query_events (query_id, attempt, state) values ($1, 0, 'queued') returning id`,
    [randomUUID()],
  )
  return Number(rows[0]!.id)
}

/** A transaction that has written an event. */
async function open(): Promise<{ id: number; end: (how: 'commit' | 'rollback') => Promise<void> }> {
  const client = await pool.connect()
  await client.query('begin')
  const id = await writeEvent(client)
  return {
    id,
    async end(how) {
      await client.query(how)
      client.release()
    },
  }
}

test('an event whose transaction ends after that of a later one is read when it is there', async () => {
  let { place } = await read(start)
  const late = await open()
  const early = await writeEvent(pool)
  const first = await read(place)
  expect(first.ids).toEqual([early])
  expect(first.place.missing).toBe(`{[${late.id},${late.id + 1})}`)
  expect((await read(first.place)).ids).toEqual([])

  await late.end('commit')
  const second = await read(first.place)
  expect(second.ids).toEqual([late.id])
  ;({ place } = second)
  expect(place).toEqual({ seen: String(early), missing: '{}', writers: null })
})

test('a number of a transaction that was rolled back is waited for no longer than others that wrote then', async () => {
  let { place } = await read(start)
  const gone = await open()
  const stays = await open()
  const last = await writeEvent(pool)
  ;({ place } = await read(place))
  await gone.end('rollback')
  ;({ place } = await read(place))
  expect(place.missing).toContain(String(gone.id))
  await stays.end('commit')
  const end = await read(place)
  expect(end).toEqual({ ids: [stays.id], place: { seen: String(last), missing: '{}', writers: null } })
})

test('a transaction that writes for long holds back nothing but its own events', async () => {
  let { place } = await read(start)
  const slow = await open()
  for (let round = 0; round < 5; round++) {
    const rolledBack = await open()
    const id = await writeEvent(pool)
    await rolledBack.end('rollback')
    const next = await read(place)
    expect(next.ids).toEqual([id])
    ;({ place } = next)
  }
  await slow.end('commit')
  const end = await read(place)
  expect(end.ids).toEqual([slow.id])
  expect(end.place.missing).toBe('{}')
})

test('no more than so many are read at once, late ones as well', async () => {
  let { place } = await read(start)
  const late = await pool.connect()
  await late.query('begin')
  const lateIds: number[] = []
  for (let i = 0; i < 5; i++) lateIds.push(await writeEvent(late))
  const ids: number[] = []
  for (let i = 0; i < 5; i++) ids.push(await writeEvent(pool))
  const got: number[] = []
  for (const expected of [2, 2, 1]) {
    const next = await read(place, 2)
    expect(next.ids).toHaveLength(expected)
    got.push(...next.ids)
    ;({ place } = next)
  }
  expect(got).toEqual(ids)
  await late.query('commit')
  late.release()
  for (let i = 0; i < 3; i++) {
    const next = await read(place, 2)
    got.push(...next.ids)
    ;({ place } = next)
  }
  expect(got).toEqual([...ids, ...lateIds])
  expect((await read(place)).place.missing).toBe('{}')
})

test('whatever commits in whatever order, every event is read exactly once', async () => {
  let { place } = await read(start)
  const committed: number[] = []
  const got: number[] = []
  const writers = new Set([1, 2, 3, 4, 5, 6])
  const writer = async (name: number): Promise<void> => {
    for (let i = 0; i < 40; i++) {
      const client = await pool.connect()
      await client.query('begin')
      const ids: number[] = []
      for (let n = 0; n < 1 + (i % 4); n++) ids.push(await writeEvent(client))
      if (i % 5 === 0) await client.query('select pg_sleep(0.01)')
      const keeps = i % 7 !== 0
      await client.query(keeps ? 'commit' : 'rollback')
      if (keeps) committed.push(...ids)
      client.release()
    }
    writers.delete(name)
  }
  const reader = async (): Promise<void> => {
    while (writers.size > 0) {
      const next = await read(place, 25)
      got.push(...next.ids)
      ;({ place } = next)
    }
  }
  await Promise.all([...[...writers].map((name) => writer(name)), reader()])
  for (let i = 0; i < 100; i++) {
    const next = await read(place, 25)
    got.push(...next.ids)
    ;({ place } = next)
  }
  expect(got.toSorted((a, b) => a - b)).toEqual(committed.toSorted((a, b) => a - b))
  expect(place.missing).toBe('{}')
})
