import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createDatabase } from '../helpers/database.ts'

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

test('the partitions of days that are over are dropped, with all that is in them, and no others', async () => {
  const kept = await partitions()
  await addPast('2020-02-28')
  await addPast('2020-02-29')
  expect(await call('drop_expired_results')).toBe(2)
  expect(await partitions()).toEqual(kept)
})

test('a partition that a download reads is left for the next time, and does not keep back the others', async () => {
  const kept = await partitions()
  const inUse = await addPast('2020-03-01')
  await addPast('2020-03-02')
  const download = await pool.connect()
  await download.query(`begin; select from sluice.${inUse}`)
  expect(await call('drop_expired_results')).toBe(1)
  expect(await partitions()).toEqual([inUse, ...kept])
  await download.query('commit')
  download.release()
  expect(await call('drop_expired_results')).toBe(1)
  expect(await partitions()).toEqual(kept)
})

test('manifests stay for a day after their result has expired, so that it is known to have expired', async () => {
  const [old, recent, unfinished] = [randomUUID(), randomUUID(), randomUUID()]
  for (const [id, expired, complete] of [
    [old, '25 hours', true],
    [recent, '23 hours', true],
    [unfinished, '25 hours', false],
  ] as const) {
    await pool.query(
      `insert into sluice.results (query_id, token, expires_at, expires_on, columns, schema_message, complete)
       values ($1, 1, now() - $2::interval, now(), '[]', '', $3)`,
      [id, expired, complete],
    )
  }
  await call('drop_expired_results')
  const { rows } = await pool.query<{ query_id: string }>('select query_id from sluice.results')
  expect(rows.map(({ query_id }) => query_id).sort()).toEqual([recent, unfinished].sort())
})

test('idempotency keys are kept for 24 hours', async () => {
  await pool.query(
    `insert into sluice.idempotency_keys (tenant, key, request_hash, query_id, created_at)
     values ('default', 'old', '', $1, now() - interval '25 hours'), ('default', 'recent', '', $1, now() - interval '23 hours')`,
    [randomUUID()],
  )
  await call('drop_expired_results')
  expect((await pool.query('select key from sluice.idempotency_keys')).rows).toEqual([{ key: 'recent' }])
})
