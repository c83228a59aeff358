import { afterAll, expect, test } from 'vitest'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'

const { pool, ...database } = await createDatabase()
await createSource({ pool })
const worker = await startWorker({ ...database, pool })
afterAll(() => worker.stop())

async function run(sql: string, lane = 'default'): Promise<string> {
  const { rows } = await pool.query<{ id: string }>('select sluice.submit($1, lane => $2) as id', [sql, lane])
  const { id } = rows[0]!
  await eventually(async () => {
    const { rows } = await pool.query('select state from sluice.queries where id = $1', [id])
    expect(rows).not.toEqual([{ state: 'queued' }])
    expect(rows).not.toEqual([{ state: 'running' }])
  })
  return id
}

async function rowsOf(id: string): Promise<unknown[]> {
  await pool.query(`call sluice.fetch_rows('${id}')`)
  const { rows } = await pool.query<{ r: unknown }>('select r from sluice.result_rows($1) r', [id])
  return rows.map(({ r }) => r)
}

test('a small result can be read as rows of jsonb, by plain SQL', async () => {
  const id = await run(
    `select i, 'x' || i as t, null::text as nothing, 1.50::numeric as n, i as i from generate_series(1, 3) i`,
  )
  await expect(pool.query('select sluice.result_rows($1)', [id])).rejects.toThrow('are not here')
  expect(await rowsOf(id)).toEqual([1, 2, 3].map((i) => ({ i, t: `x${i}`, nothing: null, n: '1.50', i_2: i })))
  expect(await rowsOf(await run('select 1 as x where false'))).toEqual([])
})

test('of a large result the first rows come, with a warning', async () => {
  const id = await run('select i from generate_series(1, 5000) i')
  const warnings: (string | undefined)[] = []
  await pool.query(`call sluice.fetch_rows('${id}')`)
  const client = await pool.connect()
  client.on('notice', ({ message }) => warnings.push(message))
  const { rowCount } = await client.query('select sluice.result_rows($1)', [id])
  client.release()
  expect(rowCount).toBe(1000)
  expect(warnings).toEqual([`These are the first 1000 of 5000 rows. The rest: sluice result ${id}`])
})

test('what has no rows says why', async () => {
  const id = await run('select 1 / 0')
  await expect(pool.query(`call sluice.fetch_rows('${id}')`)).rejects.toThrow('The query failed; it has no result.')
  const gone = await run('select 1 as x')
  expect(await rowsOf(gone)).toEqual([{ x: 1 }])
  await pool.query('select sluice.delete_result($1)', [gone])
  await expect(pool.query(`call sluice.fetch_rows('${gone}')`)).rejects.toThrow('kept until its time was over')
  expect((await pool.query('select from sluice.result_copies where query_id = $1', [gone])).rowCount).toBe(0)
})

test('views tell where results are and what they take up', async () => {
  const large = await run(`select i, md5(i::text) || md5((-i)::text) as t from generate_series(1, 30000) i`, 'reports')
  const { rows: chunks } = await pool.query<{ rows: number; stored_bytes: number; first_row: number; store: string }>(
    'select rows, stored_bytes, first_row::integer, store from sluice.stored_chunks where query_id = $1 order by n',
    [large],
  )
  expect(chunks.length).toBeGreaterThan(1)
  const { rows } = await pool.query(
    `select store, rows::integer, chunks, stored_bytes::integer, tenant, lane from sluice.stored_results where query_id = $1`,
    [large],
  )
  expect(rows).toEqual([
    {
      store: 'postgresql',
      rows: 30000,
      chunks: chunks.length,
      stored_bytes: chunks.reduce((sum, { stored_bytes }) => sum + stored_bytes, 0),
      tenant: 'default',
      lane: 'reports',
    },
  ])
  const usage = await pool.query(
    `select store, age, results::integer, rows::integer from sluice.result_usage where lane = 'reports'`,
  )
  expect(usage.rows).toEqual([{ store: 'postgresql', age: 'under an hour', results: 1, rows: 30000 }])
})
