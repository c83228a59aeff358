import { afterAll, beforeEach, expect, test } from 'vitest'
import { SourceConnections } from '../../src/sources/connections.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { errorOf, runStatement, sourceAt } from './session.ts'

const database = await createDatabase()
const owned = await createSource(database, { setup: 'create table t as select 1 as a' })
const source = sourceAt(owned.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

const names = async (sql: string, params: unknown[] = []): Promise<string[]> =>
  (await runStatement(connections, source, sql, { params })).columns.map(({ name, type }) => `${name} ${type}`)

beforeEach(async () => {
  await owned.pool.query('drop table if exists t; create table t as select 1 as a; grant select on t to public')
})

test('a statement that comes again gives the same result', async () => {
  for (let i = 0; i < 3; i++) {
    const { columns, rows } = await runStatement(connections, source, 'select a, a::text as b from t')
    expect({ columns: columns.map(({ type }) => type), rows }).toEqual({ columns: ['int4', 'text'], rows: 1 })
  }
})

test('a statement whose columns have changed since gives what they are now', async () => {
  expect(await names('select * from t')).toEqual(['a int4'])
  await owned.pool.query('alter table t add column b numeric(10, 2)')
  expect(await names('select * from t')).toEqual(['a int4', 'b numeric(10,2)'])
  await owned.pool.query('alter table t drop column a')
  expect(await names('select * from t')).toEqual(['b numeric(10,2)'])
})

test('a statement whose column has another type since is read as that type', async () => {
  await names('select a from t')
  await owned.pool.query(`alter table t alter column a type text using 'one'`)
  const { columns, stream } = await runStatement(connections, source, 'select a from t')
  expect(columns[0]!.type).toBe('text')
  expect(stream.includes('one')).toBe(true)
})

test('a statement whose table has gone fails, and works again when it is back', async () => {
  await names('select a from t')
  await owned.pool.query('drop table t')
  expect(await errorOf(names('select a from t'))).toMatchObject({ sqlstate: '42P01' })
  await owned.pool.query('create table t as select 2 as a; grant select on t to public')
  expect(await names('select a from t')).toEqual(['a int4'])
})

test('parameters of a statement that comes again are taken anew, and refused where they do not fit', async () => {
  const ask = async (value: unknown): Promise<Buffer> =>
    (await runStatement(connections, source, 'select $1::text as v', { params: [value] })).stream
  expect((await ask('first')).includes('first')).toBe(true)
  expect((await ask('second')).includes('second')).toBe(true)
  expect(await errorOf(names('select $1::int4 as v', ['x']))).toMatchObject({ sqlstate: '22P02' })
  expect(await names('select $1::int4 as v', [1])).toEqual(['v int4'])
  expect(await errorOf(names('select $1::int4 as v', ['x']))).toMatchObject({ sqlstate: '22P02' })
  expect(await errorOf(names('select $1::int4 as v', []))).toMatchObject({ code: 'invalid_parameter' })
})
