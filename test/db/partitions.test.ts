import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { expireResults } from '../../src/results/expire.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'

const { pool } = await createDatabase()

async function partitions(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
     where inhparent = 'sluice.chunks'::regclass order by 1`,
  )
  return rows.map(({ name }) => name)
}

const call = async (name: string): Promise<number> =>
  (await pool.query<{ n: number }>(`select sluice.${name}() as n`)).rows[0]!.n

/** A partition of a day that is over, with a chunk in it. */
async function addPast(day: string): Promise<string> {
  const name = `chunks_${day.replaceAll('-', '')}`
  await pool.query(
    `create table sluice.${name} partition of sluice.chunks for values from ('${day}') to ('${day}'::date + 1)`,
  )
  await pool.query(
    `insert into sluice.chunks (expires_on, n, query_id, token, first_row, checksum, rows, raw_bytes, data)
     values ($1, 0, $2, 1, 0, 0, 1, 1, 'x')`,
    [day, randomUUID()],
  )
  return name
}

test('a fresh database has a partition for every day on which a result can expire', async () => {
  const { rows } = await pool.query<{ name: string }>(
    `select to_char(day, '"chunks_"YYYYMMDD') as name
     from sluice.lanes, generate_series(
       (now() at time zone 'UTC')::date,
       ((now() + max_timeout_seconds * interval '1 second' + max_ttl_seconds * interval '1 second') at time zone 'UTC')::date,
       interval '1 day') day
     group by day order by day`,
  )
  expect(await partitions()).toEqual(expect.arrayContaining(rows.map(({ name }) => name)))
  expect(rows.length).toBeGreaterThan(30)
})

test('partitions are made once, however many processes ask for them', async () => {
  const made = await partitions()
  expect(await call('create_chunk_partitions')).toBe(0)
  await pool.query(`drop table sluice.${made.at(-1)}`)
  const counts = await Promise.all(Array.from({ length: 8 }, () => call('create_chunk_partitions')))
  expect(counts.reduce((sum, n) => sum + n)).toBe(1)
  expect(await partitions()).toEqual(made)
})

test('a lane that keeps results for longer has partitions made for that', async () => {
  const before = (await partitions()).length
  await pool.query(`update sluice.lanes set max_ttl_seconds = max_ttl_seconds + 2 * 86400 where name = 'default'`)
  expect(await call('create_chunk_partitions')).toBe(2)
  expect(await partitions()).toHaveLength(before + 2)
})

/** What psql calls, and what workers do. */
const ways: [string, () => Promise<number>][] = [
  ['drop_expired_results()', () => call('drop_expired_results')],
  ['the maintenance', async () => (await expireResults(pool)).dropped.length],
]

describe.each(ways)('%s', (_, expire) => {
  test('drops the partitions of days that are over, with all that is in them, and no others', async () => {
    const kept = await partitions()
    await addPast('2020-02-28')
    await addPast('2020-02-29')
    expect(await expire()).toBe(2)
    expect(await partitions()).toEqual(kept)
  })

  test('leaves a partition that somebody uses for the next time, and drops the others', async () => {
    const kept = await partitions()
    const inUse = await addPast('2020-03-01')
    await addPast('2020-03-02')
    const user = await pool.connect()
    await user.query(`begin; select from sluice.${inUse}`)
    expect(await expire()).toBe(1)
    expect(await partitions()).toEqual([inUse, ...kept])
    await user.query('commit')
    user.release()
    expect(await expire()).toBe(1)
    expect(await partitions()).toEqual(kept)
  })

  test('leaves a partition that a download reads, and the manifest of its result', async () => {
    const kept = await partitions()
    const read = await addPast('2020-03-03')
    const id = await addManifest({ expired: '2 hours', day: '2020-03-03' })
    await pool.query(
      `insert into sluice.result_readers (query_id, reader_id, expires_on, read_until)
       values ($1, $2, '2020-03-03', now() + interval '1 minute')`,
      [id, randomUUID()],
    )
    expect(await expire()).toBe(0)
    expect(await partitions()).toEqual([read, ...kept])
    expect(await manifests()).toEqual([id])
    await pool.query('delete from sluice.result_readers')
    await expire()
    expect(await expire()).toBe(0)
    expect(await partitions()).toEqual(kept)
    expect(await manifests()).toEqual([])
  })

  test('keeps manifests for a quarter of an hour after their result has expired, for those who still read', async () => {
    const old = await addManifest({ expired: '16 minutes' })
    const recent = await addManifest({ expired: '14 minutes' })
    const growing = await addManifest({ expired: '16 minutes', complete: false })
    await expire()
    expect(await manifests()).toEqual([recent, growing].sort())
    expect(await manifests()).not.toContain(old)
    await pool.query('delete from sluice.results')
  })
})

async function addManifest({
  expired,
  day = '2100-01-01',
  complete = true,
}: {
  expired: string
  day?: string
  complete?: boolean
}): Promise<string> {
  const id = randomUUID()
  await pool.query(
    `insert into sluice.results (query_id, token, expires_at, expires_on, columns, schema_message, chunks, complete)
     values ($1, 1, now() - $2::interval, $3, '[]', '', 1, $4)`,
    [id, expired, day, complete],
  )
  return id
}

async function manifests(): Promise<string[]> {
  const { rows } = await pool.query<{ query_id: string }>('select query_id from sluice.results order by query_id')
  return rows.map(({ query_id }) => query_id)
}

test('a partition whose dropping was interrupted is dropped the next time', async () => {
  const kept = await partitions()
  const detached = await addPast('2020-04-01')
  await pool.query(`alter table sluice.chunks detach partition sluice.${detached} concurrently`)
  const pending = await addPast('2020-04-02')
  const reader = await pool.connect()
  await reader.query('begin; select from sluice.chunks')
  const detaching = await pool.connect()
  await detaching.query(`set statement_timeout = 200`)
  await expect(
    detaching.query(`alter table sluice.chunks detach partition sluice.${pending} concurrently`),
  ).rejects.toThrow(/statement timeout/)
  await detaching.query('reset statement_timeout')
  detaching.release()
  await reader.query('commit')
  reader.release()
  expect(await expireResults(pool)).toMatchObject({ dropped: [detached, pending], inUse: [] })
  expect(await partitions()).toEqual(kept)
  expect((await pool.query(`select to_regclass('sluice.${detached}') as it`)).rows).toEqual([{ it: null }])
})

test('nobody who stores or reads other results waits while a partition is dropped', async () => {
  await addPast('2020-05-01')
  const writer = await pool.connect()
  // Holds what a statement on the parent table holds.
  await writer.query(`begin; insert into sluice.chunks (expires_on, n, query_id, token, first_row, checksum, rows, raw_bytes, data)
    values (current_date + 1, 0, gen_random_uuid(), 1, 0, 0, 1, 1, 'x')`)
  const dropping = expireResults(pool)
  await eventually(async () => {
    const { rows } = await pool.query(
      `select from pg_stat_activity where query like 'alter table sluice.chunks detach%' and wait_event_type = 'Lock'`,
    )
    expect(rows).toHaveLength(1)
  })
  await pool.query(`set statement_timeout = 5000; insert into sluice.chunks (expires_on, n, query_id, token, first_row, checksum, rows, raw_bytes, data)
    values (current_date + 1, 0, gen_random_uuid(), 1, 0, 0, 1, 1, 'x')`)
  expect((await pool.query('select from sluice.chunks limit 1')).rowCount).toBe(1)
  await writer.query('rollback')
  writer.release()
  expect((await dropping).dropped).toEqual(['chunks_20200501'])
})

test('idempotency keys are kept for 24 hours', async () => {
  await pool.query(
    `insert into sluice.idempotency_keys (tenant, key, request_hash, query_id, created_at)
     values ('default', 'old', '', $1, now() - interval '25 hours'), ('default', 'recent', '', $1, now() - interval '23 hours')`,
    [randomUUID()],
  )
  await expireResults(pool)
  expect((await pool.query('select key from sluice.idempotency_keys')).rows).toEqual([{ key: 'recent' }])
})
