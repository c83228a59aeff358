import { afterAll, beforeEach, expect, test } from 'vitest'
import { SourceConnections } from '../../src/sources/connections.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { errorOf, runStatement, sourceAt } from './session.ts'

const control = await createDatabase()
const database = await createSource(control, {
  setup: `
    create table t (x int primary key);
    create table later (x int references t deferrable initially deferred)`,
  grants: `
    grant all on all tables in schema public to :role;
    do $$begin execute format('grant temporary on database %I to :role', current_database()); end$$`,
  writes: true,
})
const source = sourceAt(database.roleUrl, { writes: true, maxConnections: 1 })
const connections = new SourceConnections()
afterAll(() => connections.close())

const run = (sql: string, request = {}): ReturnType<typeof runStatement> =>
  runStatement(connections, source, sql, request)

async function rows(): Promise<number[]> {
  const result = await database.pool.query<{ x: number }>('select x from t order by x')
  return result.rows.map(({ x }) => x)
}

beforeEach(async () => {
  await database.pool.query('truncate t, later')
})

test('a statement that succeeds is committed before its result ends', async () => {
  const { stream } = await run('insert into t select generate_series(1, 3) returning x')
  expect(flechette(stream).rows).toEqual([['1'], ['2'], ['3']])
  expect(await rows()).toEqual([1, 2, 3])
})

test('a statement that fails half way leaves nothing', async () => {
  expect(await errorOf(run('insert into t select i % 5 from generate_series(1, 10) i'))).toMatchObject({
    sqlstate: '23505',
  })
  expect(await rows()).toEqual([])
})

test('an error of the commit is the error of the statement', async () => {
  expect(await errorOf(run('insert into later values (1)'))).toMatchObject({ sqlstate: '23503' })
  expect((await database.pool.query('select from later')).rowCount).toBe(0)
})

test('a limit on the result does not undo what was written', async () => {
  const insert = 'insert into t select generate_series(1, 5000) returning x, repeat($1, 100)'
  await expect(run(insert, { rowLimit: 2, params: ['x'] })).resolves.toMatchObject({
    rows: 2,
    limitingFactor: 'row_limit',
  })
  expect(await rows()).toHaveLength(5000)
  const update = await run('update t set x = -x returning x', { byteLimit: 1000 })
  expect(update).toMatchObject({ limitingFactor: 'byte_limit' })
  expect((await rows()).every((x) => x < 0)).toBe(true)
})

test('a row that is too large fails the statement, and nothing is written', async () => {
  const sql = `insert into t values (1) returning repeat('x', 300000000)`
  expect(await errorOf(run(sql))).toMatchObject({ code: 'row_too_large' })
  await expect.poll(rows).toEqual([])
})

test.each(['commit', 'rollback', 'prepare transaction $$x$$'])('%s is refused', async (sql) => {
  expect((await errorOf(run(sql.replaceAll('$$', "'")))).code).toMatch(/^(transaction_control|sql_error)$/)
})

test('a session that wrote is clean for the next statement', async () => {
  for (const sql of [
    'listen x',
    'create temp table y as select 1',
    'prepare q as select 1',
    `set my.setting = 'x'`,
    'select pg_advisory_lock(1)',
    'declare c cursor with hold for select 1',
    'set time zone 3',
  ]) {
    await run(sql)
  }
  const { stream } = await run(`
    select (select count(*) from pg_listening_channels()), to_regclass('pg_temp.y')::text, (select count(*) from pg_prepared_statements),
      nullif(current_setting('my.setting', true), ''), (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
      (select count(*) from pg_cursors where name = 'c'), current_setting('TimeZone')`)
  expect(flechette(stream).rows).toEqual([['0', null, '0', null, '0', '0', 'UTC']])
})
