import { afterAll, describe, expect, test } from 'vitest'
import { SourceConnections } from '../../src/sources/connections.ts'
import { readers } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { psqlRows } from './psql.ts'
import { runStatement, sourceAt } from './session.ts'

const control = await createDatabase()
const database = await createSource(control, {
  setup: `
    create type mood as enum ('sad', 'so so', 'it''s "ok"');
    create type pair as (x int4, y text);
    create domain positive as int4 check (value > 0);
    create domain price as numeric(12,4);
    create domain tags as text[];
    create schema "Other";
    create type "Other"."Big Mood" as enum ('huge')`,
  grants: 'grant usage on schema "Other" to :role',
})
const source = sourceAt(database.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

interface TypeCase {
  type: string
  /** Arrow's type; text of types that have none of their own. */
  arrow?: string
  /** The type's name in the result, where it is not `type`. */
  shown?: string
  extension?: string
  /** SQL expressions, each cast to `type`. */
  values: string[]
}

const longText = 'grüße 漢字 🚀 '.repeat(50)
const native: TypeCase[] = [
  { type: 'bool', arrow: 'Bool', values: ['true', 'false'] },
  { type: 'int2', arrow: 'Int16', values: ['0', '-1', '32767', '-32768', '256'] },
  { type: 'int4', arrow: 'Int32', values: ['0', '-1', '2147483647', '-2147483648', '65536'] },
  {
    type: 'int8',
    arrow: 'Int64',
    values: ['0', '-1', '9223372036854775807', '-9223372036854775808', '9007199254740993', '4294967296', '-4294967296'],
  },
  {
    type: 'float4',
    arrow: 'Float32',
    values: ['0', "'-0'", '1.1', '3.4028235e38', '1.17549435e-38', '1e-45', "'NaN'", "'Infinity'", "'-Infinity'"],
  },
  {
    type: 'float8',
    arrow: 'Float64',
    values: [
      '0',
      "'-0'",
      '0.1',
      '1e15',
      '123456789012345678',
      '5e-324',
      '1.7976931348623157e308',
      "'NaN'",
      "'-Infinity'",
    ],
  },
  { type: 'numeric(10,2)', arrow: 'Decimal128(10, 2)', values: ['0', '-0.01', '99999999.99', '-99999999.99', '1.005'] },
  { type: 'numeric(4,0)', arrow: 'Decimal128(4, 0)', values: ['0', '9999', '-9999'] },
  {
    type: 'numeric(38,0)',
    arrow: 'Decimal128(38, 0)',
    values: ["repeat('9', 38)", "'-' || repeat('9', 38)", "'1' || repeat('0', 37)", '0'],
  },
  {
    type: 'numeric(38,38)',
    arrow: 'Decimal128(38, 38)',
    values: ["'0.' || repeat('9', 38)", "'-0.' || repeat('9', 38)", "'0.' || repeat('0', 37) || '1'", '0'],
  },
  {
    type: 'text',
    arrow: 'Utf8',
    values: ["''", "' '", `'${longText}'`, "'a''b\"c\\'", "e'tab\\tline\\nfeed\\r'", "'🏳️‍🌈'"],
  },
  { type: 'varchar(20)', arrow: 'Utf8', values: ["''", "'漢字'"] },
  { type: 'varchar', arrow: 'Utf8', values: ["'any length'"] },
  { type: 'bpchar(5)', arrow: 'Utf8', values: ["'ab'", "''"] },
  { type: 'name', arrow: 'Utf8', values: ["'pg_class'", "repeat('ü', 31)"] },
  {
    type: 'date',
    arrow: 'Date32',
    values: ["'1970-01-01'", "'1969-12-31'", "'2000-02-29'", "'0044-03-15 BC'", "'5874897-12-31'", "'4713-11-24 BC'"],
  },
  {
    type: 'timestamp',
    arrow: 'Timestamp(us)',
    values: [
      "'1970-01-01'",
      "'1999-12-31 23:59:59.999999'",
      "'2026-03-29 02:30:00.5'",
      "'0001-01-01 BC'",
      "'4713-11-24 BC'",
    ],
  },
  {
    type: 'timestamptz',
    arrow: 'Timestamp(us, UTC)',
    values: [
      "'1970-01-01 00:00+00'",
      "'2026-07-01 12:00+02'",
      "'1582-10-15 00:00:00.000001+00'",
      "'44-03-15 12:00+00 BC'",
    ],
  },
  { type: 'timestamp(3)', arrow: 'Timestamp(us)', values: ["'2026-01-01 00:00:00.1239'"] },
  { type: 'timestamptz(0)', arrow: 'Timestamp(us, UTC)', values: ["'2026-01-01 00:00:00.9+00'"] },
  {
    type: 'uuid',
    arrow: 'FixedSizeBinary(16)',
    extension: 'arrow.uuid',
    values: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-4fff-bfff-ffffffffffff'"],
  },
  {
    type: 'json',
    arrow: 'Utf8',
    extension: 'arrow.json',
    values: [`'{"a" : [1, 2.50, null]}'`, `e'[\\n1\\n]'`, `'"\\u0000"'`, `'{"a":1,"a":2}'`, "'null'"],
  },
  {
    type: 'jsonb',
    arrow: 'Utf8',
    extension: 'arrow.json',
    values: [`'{"b": 1e400, "a": "ü"}'`, "'[]'", "'null'", "'12345678901234567890123'"],
  },
  { type: 'bytea', arrow: 'Binary', values: ["''", "'\\x00ff10'", "decode(repeat('ab', 5000), 'hex')"] },
]

const asText: TypeCase[] = [
  {
    type: 'numeric',
    values: ["'NaN'", "'Infinity'", "'-Infinity'", '1e100', '-0.00', "'1e-1000'", "repeat('9', 200)"],
  },
  { type: 'numeric(50,10)', values: ["'1234567890123456789012345678901234567890.0123456789'", "'NaN'"] },
  { type: 'numeric(3,-2)', values: ['12345', '-99949'] },
  { type: 'numeric(2,4)', values: ['0.0012'] },
  {
    type: 'text[]',
    values: [`'{}'`, `'{a,NULL,"NULL","a b","\\"","{}"}'`, `array[['a','b'],['c','d']]`, `'[3:4]={x,y}'`],
  },
  { type: 'int4[]', values: [`'{1,NULL,-3}'`, `'{{1,2},{3,4}}'`] },
  { type: 'numeric(10,2)[]', values: [`'{1.5,NaN}'`] },
  { type: 'varchar(3)[]', values: [`'{abc}'`] },
  { type: 'timestamptz[]', values: [`'{2026-01-01 00:00+00,infinity}'`] },
  { type: 'bool[]', values: [`'{t,f}'`] },
  { type: 'jsonb[]', values: [`array['{"a": 1}'::jsonb]`] },
  { type: 'int4range', values: [`'[1,5)'`, `'empty'`, `'(,)'`] },
  { type: 'int4multirange', values: [`'{[1,2),[5,6)}'`, `'{}'`] },
  { type: 'tstzrange', values: [`'[2026-01-01 00:00+00,)'`] },
  { type: 'mood', values: [`'so so'`, `'it''s "ok"'`] },
  { type: 'mood[]', values: [`'{sad,"so so"}'`] },
  { type: '"Other"."Big Mood"', values: [`'huge'`] },
  { type: 'pair', values: [`row(1, 'a "quoted", text')`, `row(null, null)`] },
  {
    type: 'interval',
    values: [`'1 year 2 mons -3 days 04:05:06.789'`, `'infinity'`, `'00:00:00'`, `'178000000 years'`],
  },
  { type: 'interval(0)', values: [`'1.6 seconds'`] },
  { type: 'time', values: [`'24:00:00'`, `'00:00:00.000001'`] },
  { type: 'time(3)', values: [`'12:34:56.7891'`] },
  { type: 'timetz', values: [`'12:34:56+05:30'`, `'24:00:00-15:59:59'`] },
  { type: 'inet', values: [`'10.0.0.1/8'`, `'::1'`, `'192.168.0.1'`] },
  { type: 'cidr', values: [`'10.0.0.0/8'`, `'2001:db8::/32'`] },
  { type: 'macaddr', values: [`'08:00:2b:01:02:03'`] },
  { type: 'macaddr8', values: [`'08:00:2b:01:02:03:04:05'`] },
  { type: 'money', values: [`'-92233720368547758.08'`, `'1234.5'`] },
  { type: 'oid', values: ['0', '4294967295'] },
  { type: 'xid8', values: [`'18446744073709551615'`] },
  { type: 'regclass', values: [`'pg_class'`] },
  { type: 'regtype', values: [`'int4'`] },
  { type: 'bit(3)', values: [`b'101'`] },
  { type: 'varbit', values: [`b''`, `b'10101'`] },
  { type: 'varbit(5)', values: [`b'10101'`] },
  { type: '"char"', values: [`'a'`, `''`, `'\\377'`] },
  { type: 'xml', values: [`'<a b="c">d</a>'`] },
  { type: 'tsvector', values: [`'a:1 ''b c'':2A'`] },
  { type: 'tsquery', values: [`'a & !b'`] },
  { type: 'jsonpath', values: [`'$.a[*] ? (@ > 1)'`] },
  { type: 'pg_lsn', values: [`'FFFFFFFF/FFFFFFFF'`] },
  { type: 'tid', values: [`'(1,2)'`] },
  { type: 'point', values: [`'(1.5,-0)'`, `'(NaN,Infinity)'`] },
  { type: 'box', values: [`'(1,1),(0,0)'`] },
  { type: 'path', values: [`'[(0,0),(1,1)]'`] },
  { type: 'polygon', values: [`'((0,0),(1,1),(2,0))'`] },
  { type: 'circle', values: [`'<(0,0),5>'`] },
  { type: 'line', values: [`'{1,2,3}'`] },
  { type: 'lseg', values: [`'[(0,0),(1,1)]'`] },
  { type: 'int2vector', values: [`'1 2'`] },
]

/** A domain is told by its base type: PostgreSQL describes it so. */
const domains: TypeCase[] = [
  { type: 'positive', shown: 'int4', arrow: 'Int32', values: ['1', '2147483647'] },
  { type: 'price', shown: 'numeric(12,4)', arrow: 'Decimal128(12, 4)', values: ['1.5', '-99999999.9999'] },
  { type: 'tags', shown: 'text[]', values: [`'{a,"b c"}'`] },
]

function statementOf({ type, values }: TypeCase): string {
  const rows = values.map((value, i) => `select ${i} as i, (${value})::${type} as v`)
  return `select v from (${rows.join(' union all ')} union all select -1, null::${type}) t order by i`
}

describe.each([
  ['read natively', native],
  ['read as text', asText],
  ['a domain', domains],
] as const)('%s', (_, cases) => {
  test.each(cases)('$type comes out as psql prints it, by every reader', async (typeCase) => {
    const { type, arrow = 'Utf8', shown = type, extension } = typeCase
    const sql = statementOf(typeCase)
    const { columns, stream } = await runStatement(connections, source, sql)
    const printed = await psqlRows(database.roleUrl, sql, 1)

    expect(columns).toMatchObject([{ name: 'v', type: shown }])
    expect(printed).toHaveLength(typeCase.values.length + 1)
    expect(printed[0]).toEqual([null])
    for (const [reader, read] of Object.entries(readers)) {
      const table = read(stream)
      expect(table.rows, `read by ${reader}`).toEqual(printed)
      expect(table.fields, `read by ${reader}`).toEqual([
        {
          name: 'v',
          type: arrow,
          metadata: {
            'sluice.type': shown,
            ...(extension && { 'ARROW:extension:name': extension, 'ARROW:extension:metadata': '' }),
          },
        },
      ])
    }
  })
})

test('a row of every type at once comes out as psql prints it', async () => {
  const all = [...native, ...asText, ...domains]
  const columns = all.flatMap(({ type, values }) => values.map((value) => `(${value})::${type}`))
  const nulls = all.map(({ type }) => `null::${type}`)
  const sql = `select ${[...columns, ...nulls].map((column, i) => `${column} as c${i}`).join(', ')}`
  const { stream } = await runStatement(connections, source, sql)
  const printed = await psqlRows(database.roleUrl, sql, columns.length + nulls.length)
  for (const [reader, read] of Object.entries(readers)) {
    expect(read(stream).rows, `read by ${reader}`).toEqual(printed)
  }
})

describe('types that only a statement makes', () => {
  test.each([
    ['an anonymous row', `select row(1, 'a', null)`, 'record', ['(1,a,)']],
    ['void', 'select pg_sleep(0)', 'void', ['']],
    ['an unknown literal, which PostgreSQL takes as text', `select 'x'`, 'text', ['x']],
    ['a null without a type', 'select null', 'text', [null]],
    ['what SHOW gives', 'show standard_conforming_strings', 'text', ['on']],
  ])('%s', async (_, sql, type, row) => {
    const { columns, stream } = await runStatement(connections, source, sql)
    expect(columns).toMatchObject([{ type }])
    for (const read of Object.values(readers)) expect(read(stream).rows).toEqual([row])
  })

  test('EXPLAIN gives its lines', async () => {
    const { columns, stream } = await runStatement(connections, source, 'explain (costs off) select 1')
    expect(columns).toMatchObject([{ name: 'QUERY PLAN', type: 'text' }])
    for (const read of Object.values(readers)) expect(read(stream).rows).toEqual([['Result']])
  })
})
