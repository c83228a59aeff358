import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { submitMany, type Submission } from '../../src/queries/submit.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { submit } from '../helpers/runs.ts'

const { pool } = await createDatabase()
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
await pool.query(`insert into sluice.tenants (name) values ('other')`)

const request = (idempotency_key: string, request_hash: string): Submission => ({
  id: randomUUID(),
  tenant: 'default',
  sql: 'select 1',
  idempotency_key,
  request_hash,
})

test('the same request with the same key is the same query', async () => {
  const first = await submit(pool, request('same', 'hash'))
  expect(await submit(pool, request('same', 'hash'))).toBe(first)
})

test('another request with the same key is refused', async () => {
  await submit(pool, request('reused', 'hash'))
  await expect(submit(pool, request('reused', 'another hash'))).rejects.toMatchObject({
    code: 'idempotency_key_reused',
  })
})

test('tenants do not meet in their keys', async () => {
  const first = await submit(pool, request('shared', 'hash'))
  expect(await submit(pool, { ...request('shared', 'another hash'), tenant: 'other' })).not.toBe(first)
})

test('a refused submission does not use its key up', async () => {
  await expect(submit(pool, { ...request('refused', 'hash'), lane: 'nowhere' })).rejects.toMatchObject({
    code: 'unknown_lane',
  })
  const corrected = request('refused', 'another hash')
  expect(await submit(pool, corrected)).toBe(corrected.id)
})

test('twice the same key in one transaction makes one query', async () => {
  const [first, same, other] = [request('twice', 'hash'), request('twice', 'hash'), request('twice', 'another hash')]
  expect(await submitMany(pool, [first, same, other])).toMatchObject([
    { queryId: first.id },
    { queryId: first.id },
    { error: { code: 'idempotency_key_reused' } },
  ])
})

test('twenty submissions at once with one key make one query, and all get its id', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => submit(pool, request('at once', 'hash'))))
  expect(new Set(ids).size).toBe(1)
  const { rows } = await pool.query(
    'select count(*)::integer as queries from sluice.queries join sluice.queue on id = query_id where id = any($1)',
    [ids],
  )
  expect(rows).toEqual([{ queries: 1 }])
})

test('transactions that carry the same keys in opposite order do not block each other', async () => {
  const keys = Array.from({ length: 200 }, (_, i) => `crossing ${i}`)
  const submitAll = async (order: string[]): Promise<string[]> => {
    const answers = await submitMany(
      pool,
      order.map((key) => request(key, 'hash')),
    )
    return answers.map((answer) => ('queryId' in answer ? answer.queryId : answer.error.code))
  }
  const [forwards, ...backwards] = await Promise.all([
    submitAll(keys),
    ...Array.from({ length: 5 }, () => submitAll(keys.toReversed())),
  ])
  for (const ids of backwards) expect(ids.toReversed()).toEqual(forwards)
})

test('psql submits the same statement with the same key once, and another statement with it not at all', async () => {
  const submitWithKey = async (sql: string): Promise<string> =>
    (await pool.query<{ id: string }>(`select sluice.submit($1, idempotency_key => 'psql') as id`, [sql])).rows[0]!.id
  const first = await submitWithKey('select 1')
  expect(await submitWithKey('select 1')).toBe(first)
  await expect(submitWithKey('select 2')).rejects.toMatchObject({
    code: 'SLUIC',
    detail: 'code: idempotency_key_reused',
  })
})
