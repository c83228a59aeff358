import { afterAll, describe, expect, test } from 'vitest'
import { SourceConnections } from '../../src/sources/connections.ts'
import { encodeParameters, readParameters } from '../../src/sources/parameters.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { errorOf, runStatement, sourceAt } from './session.ts'

const control = await createDatabase()
const database = await createSource(control, {
  setup: `create type mood as enum ('sad', 'glad'); create table people as select 1 as id, 'Ada' as name, 'glad'::mood as mood`,
})
const source = sourceAt(database.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

async function row(sql: string, params: unknown[]): Promise<(string | null)[]> {
  const { stream } = await runStatement(connections, source, sql, { params })
  return flechette(stream).rows[0]!
}

const sqlError = async (
  sql: string,
  params: unknown[],
): Promise<{ code: string; message: string; sqlstate?: string }> =>
  await errorOf(runStatement(connections, source, sql, { params }))

describe('a parameter without a type', () => {
  test.each<[string, unknown, string | null]>([
    ['$1::int8 + 1', 41, '42'],
    ['$1::int8', '9223372036854775807', '9223372036854775807'],
    ['$1::float8', 1e21, '1e+21'],
    ['$1::float8', 'NaN', 'NaN'],
    ['$1::numeric', '0.10', '0.10'],
    ['$1::bool', true, 't'],
    ['$1::text', 'it\'s "ok" \\ $1; drop table people', 'it\'s "ok" \\ $1; drop table people'],
    ['$1::text', '', ''],
    ['$1::text', null, null],
    ['$1::date', '2026-02-29'.replace('29', '28'), '2026-02-28'],
    ['$1::jsonb', { a: [1, null, 'x'], b: { c: true } }, '{"a": [1, null, "x"], "b": {"c": true}}'],
    ['$1::jsonb', [1, [2]], '[1, [2]]'],
    ['$1::jsonb', '"text"', '"text"'],
    ['$1::json', [], '[]'],
    ['$1::text', [1, 2], '[1,2]'],
    ['$1::int4[]', [1, null, 3], '{1,NULL,3}'],
    ['$1::int4[]', [], '{}'],
    [
      '$1::int4[]',
      [
        [1, 2],
        [3, 4],
      ],
      '{{1,2},{3,4}}',
    ],
    ['$1::text[]', ['a', 'NULL', null, '', 'b "c" \\ {d},e'], '{a,"NULL",NULL,"","b \\"c\\" \\\\ {d},e"}'],
    ['$1::float8[]', [1.5, 'Infinity'], '{1.5,Infinity}'],
    ['$1::mood', 'sad', 'sad'],
    ['$1::mood[]', ['sad', 'glad'], '{sad,glad}'],
    ['$1::jsonb[]', [{ a: 1 }], '{"{\\"a\\": 1}"}'],
    ['3 = any($1)', [1, 2, 3], 't'],
    ['(select name from people where id = $1)', 1, 'Ada'],
    ['(select name from people where mood = any($1))', ['glad'], 'Ada'],
  ])('is taken as the type that the statement gives it: %s of %j', async (expression, value, expected) => {
    expect(await row(`select ${expression}`, [value])).toEqual([expected])
  })
})

describe('a parameter with a type', () => {
  test.each<[string, unknown, string, string | null]>([
    ['int8', '9007199254740993', 'bigint', '9007199254740993'],
    ['int8', 5, 'bigint', '5'],
    ['int8', null, 'bigint', null],
    ['text', '1', 'text', '1'],
    ['text', true, 'text', 'true'],
    ['numeric', '1e-3', 'numeric', '0.001'],
    ['timestamptz', '2026-01-01T00:00:00Z', 'timestamp with time zone', '2026-01-01 00:00:00+00'],
    ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['bytea', '\\x00ff', 'bytea', '\\x00ff'],
    ['jsonb', { a: 1 }, 'jsonb', '{"a": 1}'],
    ['jsonb', '{"a": 1}', 'jsonb', '{"a": 1}'],
    ['jsonb', [1], 'jsonb', '[1]'],
    ['int4[]', [1, null], 'integer[]', '{1,NULL}'],
    ['int4[]', '{1,NULL}', 'integer[]', '{1,NULL}'],
    ['text[]', ['a b', null], 'text[]', '{"a b",NULL}'],
    ['inet', '10.0.0.1', 'inet', '10.0.0.1'],
  ])('is that type: %s of %j', async (type, value, named, expected) => {
    const given = [{ type, value }]
    // Text of an inet shows its mask.
    expect(await row('select pg_typeof($1)::text', given)).toEqual([named])
    expect(await row(`select $1${type === 'inet' ? '' : '::text'}`, given)).toEqual([expected])
  })

  test.each(['int', 'INT8', 'integer', '', 'toString', '__proto__', 'mood', 'int8[][]'])(
    'named %j, which is not one, is refused with the names that are',
    async (type) => {
      const error = await sqlError('select $1::text, $2::text', ['x', { type, value: '1' }])
      expect(error).toMatchObject({ code: 'invalid_parameter' })
      expect(error.message).toMatch(/Parameter \$2 .* bool, .*jsonb\[\]/)
    },
  )

  test.each([[{ type: 'int8' }], [{ type: 'int8', value: '1', more: true }], [{ type: 8, value: '1' }]])(
    'is meant only by type and value alone: %j is JSON',
    async (value) => {
      expect(await row('select $1::jsonb ->> $2', [value, 'type'])).toEqual([String(value.type)])
    },
  )
})

describe('parameters that do not fit', () => {
  test.each([
    [0, 2],
    [1, 2],
    [3, 2],
    [1, 0],
  ])('%d for a statement of %d are refused, and the next statement on the connection runs', async (given, taken) => {
    const sql = ['select 1', 'select $1::int4', 'select $1::int4 + $2::int4'][taken]!
    const error = await sqlError(
      sql,
      Array.from({ length: given }, () => '1'),
    )
    expect(error.code === 'invalid_parameter' || error.sqlstate === '42P18').toBe(true)
    expect(error.message).toMatch(/takes 2 parameters, but params has|could not determine data type/)
    expect(await row('select 1', [])).toEqual(['1'])
  })

  test.each([
    ['$1::int4', 'x', '22P02'],
    ['$1::int4', { type: 'text', value: 'x' }, '22P02'],
    ['$1::int4', 1.5, '22P02'],
    ['$1::int4[]', [[1], [2, 3]], '22P02'],
    ['$1::date', '2026-13-01', '22008'],
  ])('%s of %j fails as PostgreSQL says', async (expression, value, sqlstate) => {
    expect(await sqlError(`select ${expression}`, [value])).toMatchObject({ code: 'sql_error', sqlstate })
  })

  test('with a NUL are refused by their number', async () => {
    for (const value of ['a\0b', { type: 'text', value: '\0' }, { type: 'text[]', value: ['a', 'b\0'] }]) {
      const error = await sqlError('select $1::text, $2', ['x', value])
      expect(error).toMatchObject({ code: 'invalid_parameter', message: 'Parameter $2 holds a NUL character.' })
    }
  })

  test('for a type that the statement does not tell are taken as text', async () => {
    expect(await row('select $1', ['x'])).toEqual(['x'])
  })
})

test('65,535 parameters are taken and one more is refused', async () => {
  const most = Array.from({ length: 65_535 }, (_, i) => i)
  const list = most.map((i) => `$${i + 1}`).join(',')
  const { stream } = await runStatement(connections, source, `select sum(v) from unnest(array[${list}]::int8[]) v`, {
    params: most,
  })
  expect(flechette(stream).rows).toEqual([[String((65_534 * 65_535) / 2)]])
  expect(await sqlError('select 1', [...most, 1])).toMatchObject({ code: 'invalid_parameter' })
})

test('encoding depends on the described type alone', () => {
  const parameters = readParameters([
    [1, 'a'],
    [1, 'a'],
  ])
  expect(encodeParameters(parameters, [3802, 1009])).toEqual(['[1,"a"]', '{"1","a"}'])
})
