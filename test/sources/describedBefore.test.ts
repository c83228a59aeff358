import { afterAll, beforeEach, expect, test } from 'vitest'
import { SourceConnections } from '../../src/sources/connections.ts'
import { flechette } from '../arrow/readers.ts'
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

test('values of a composite type that was changed since are text, and of its type the next time', async () => {
  await owned.pool.query(`
    drop type if exists pair;
    create type pair as (x int4, y text);
    create or replace function pairs() returns setof pair language sql as $$ select (1, 'a b')::pair $$`)
  const ask = async (): Promise<{ type: string; rows: (string | null)[][] }> => {
    const { stream } = await runStatement(connections, source, 'select p from pairs() p')
    const { fields, rows } = flechette(stream)
    return { type: fields[0]!.type, rows }
  }
  expect(await ask()).toEqual({ type: 'Struct<x: Int32, y: Utf8>', rows: [['(1,"a b")']] })
  await owned.pool.query('alter type pair add attribute z int8 cascade')
  await owned.pool.query(
    `create or replace function pairs() returns setof pair language sql as $$ select (1, 'a b', 5)::pair $$`,
  )
  expect(await ask()).toEqual({ type: 'Utf8', rows: [['(1,"a b",5)']] })
  expect(await ask()).toEqual({ type: 'Struct<x: Int32, y: Utf8, z: Int64>', rows: [['(1,"a b",5)']] })
})

test('one that has a part of a type that nobody knows fails as type_changed, and succeeds the next time', async () => {
  await owned.pool.query(`
    drop type if exists later cascade;
    create type later as (x int4, y text);
    create or replace function laters() returns setof later language sql as $$ select (1, 'one')::later $$`)
  const sql = 'select p, array[p] as ps from laters() p'
  expect(await names(sql)).toEqual(['p later', 'ps later[]'])
  await owned.pool.query(`
    create type mood as enum ('sad', 'so so');
    alter type later drop attribute y, add attribute y mood;
    create or replace function laters() returns setof later language sql as $$ select (1, 'so so')::later $$`)
  expect(await errorOf(names(sql))).toEqual({
    code: 'type_changed',
    message: 'A composite type was changed. Run the query again.',
    retryable: true,
  })
  const { stream } = await runStatement(connections, source, sql)
  expect(flechette(stream).rows).toEqual([['(1,"so so")', '{"(1,\\"so so\\")"}']])
})
