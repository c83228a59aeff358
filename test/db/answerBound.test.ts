import type pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { hurryAnswers, longStatement } from '../../src/db/answerBound.ts'
import { binaryQuery } from '../../src/db/binaryQuery.ts'
import { createControlClient } from '../../src/db/client.ts'
import { isConnectionError } from '../../src/db/sqlState.ts'
import { createControlPool } from '../../src/db/pool.ts'
import { createLogger } from '../../src/log.ts'
import { testConfig } from '../helpers/config.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startProxy } from '../helpers/tcpProxy.ts'

const database = await createDatabase({ empty: true })
const proxy = await startProxy(new URL(database.url))
const open = (connectionString: string): pg.Pool =>
  createControlPool({
    connectionString,
    max: 2,
    applicationName: 'sluice test (bounded)',
    answerTimeoutMs: 400,
    logger: createLogger(testConfig({ DATABASE_URL: connectionString }), 'test'),
  })
const pool = open(proxy.url)
afterAll(async () => {
  await pool.end()
  await proxy.close()
})

const isLost = (error: unknown): boolean => isConnectionError(error)

test('an answer that does not come is an error, and its connection is used by nobody else', async () => {
  await pool.query('select 1')
  proxy.silence()
  await expect(pool.query('select 1')).rejects.toSatisfy(isLost)
  proxy.mend()
  expect(pool.totalCount).toBe(0)
  expect((await pool.query('select 2 as x')).rows).toEqual([{ x: 2 }])
})

test('a connection that was taken by hand is not taken back by the pool', async () => {
  const client = await pool.connect()
  await client.query('begin')
  proxy.silence()
  await expect(client.query('select 1')).rejects.toSatisfy(isLost)
  await expect(client.query('rollback')).rejects.toSatisfy(isLost)
  client.release()
  proxy.mend()
  expect(pool.totalCount).toBe(0)
})

test('binary answers are bounded too, and one that keeps coming is not cut', async () => {
  const client = await pool.connect()
  const rows: number[] = []
  const read = (sql: string): Promise<void> =>
    binaryQuery(client, sql, [], 1, (bytes, start) => rows.push(bytes.readInt32BE(start + 6)))
  await read(`select n, repeat('x', 20000) from generate_series(1, 3) n, pg_sleep(0.2 + n * 0)`)
  expect(rows).toEqual([1, 2, 3])
  proxy.silence()
  await expect(read('select 1')).rejects.toSatisfy(isLost)
  client.release()
  proxy.mend()
})

test('a long statement has longer, and is broken off once PostgreSQL is known to be out of reach', async () => {
  const long = (): Promise<unknown> => pool.query(longStatement({ text: 'select pg_sleep(0.8)' }))
  await long()
  const lost = long()
  hurryAnswers(pool)
  await lost
  const text = 'select pg_sleep(30)'
  const waiting = pool.query(longStatement({ text }))
  const ofIt = `from pg_stat_activity where query = '${text}' and state = 'active'`
  await eventually(async () => expect((await database.pool.query(`select ${ofIt}`)).rows).toHaveLength(1))
  proxy.silence()
  hurryAnswers(pool)
  await expect(waiting).rejects.toSatisfy(isLost)
  proxy.mend()
  await database.pool.query(`select pg_terminate_backend(pid) ${ofIt}`)
})

test('a long statement has longer behind a pooler, too, where statements have no names', async () => {
  const url = new URL(database.url)
  url.searchParams.set('prepared_statements', 'false')
  const pooled = open(url.toString())
  const { rows } = await pooled.query(longStatement({ name: 'long', text: 'select pg_sleep(0.8), 1 as x' }))
  expect(rows).toMatchObject([{ x: 1 }])
  await pooled.end()
})

test('a statement after which nothing is due does not break its connection later', async () => {
  const { rows: before } = await pool.query('select pg_backend_pid() as pid')
  await database.pool.query('select pg_sleep(0.6)')
  expect((await pool.query('select pg_backend_pid() as pid')).rows).toEqual(before)
})

test('an answer that came while the event loop was busy counts', async () => {
  // The proxy would be busy as well.
  const direct = open(database.url)
  await direct.query('select 1')
  const answered = direct.query('select 1 as x')
  await new Promise((resolve) => setImmediate(resolve))
  const until = performance.now() + 900
  while (performance.now() < until);
  expect((await answered).rows).toEqual([{ x: 1 }])
  await direct.end()
})

test('a silent connection ends when it is told to', async () => {
  const client = createControlClient({
    connectionString: proxy.url,
    applicationName: 'sluice test (ending)',
    connectTimeoutMs: 5_000,
    answerTimeoutMs: 60_000,
  })
  client.on('error', () => undefined)
  await client.connect()
  proxy.silence()
  await expect(client.end()).resolves.toBeUndefined()
  proxy.mend()
})
