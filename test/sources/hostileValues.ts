/** Values of every type that have gone wrong somewhere, or could. */

/** Values of a type. */
export interface TypeCase {
  /** As SQL and the result name it. */
  type: string
  arrow: string
  /** The type's name in the result, where it is not `type`. */
  shown?: string
  extension?: string
  /** SQL expressions, each cast to `type`. */
  values: string[]
  /** There is a value among them that Arrow's type for them cannot hold: all are text, in our form. */
  becomesText?: true
}

/** Makes the types that are not PostgreSQL's own. */
export const setup = `
  create type mood as enum ('sad', 'so so', 'it''s "ok"', '');
  create type pair as (x int4, y text);
  create type deep as (p pair, "many p" pair[], m mood[], t timestamptz, n numeric, d numeric(5,2), j jsonb);
  create type with_inet as (i inet);
  create type empty_type as ();
  create table whole (a int4, b text, c int8);
  alter table whole drop column b;
  create domain positive as int4 check (value > 0);
  create domain price as numeric(12,4);
  create domain half_price as price;
  create domain tags as text[];
  create type with_domains as (p half_price, t tags);
  create schema "Other";
  create type "Other"."Big Mood" as enum ('huge');
  create type float_range as range (subtype = float8);
  create extension hstore;
  create extension citext;
  create extension ltree`

/** What the role of a source needs for them. */
export const grants = 'grant usage on schema "Other" to :role'

const longText = 'grüße 漢字 🚀 '.repeat(50)

const booleans: TypeCase[] = [{ type: 'bool', arrow: 'Bool', values: ['true', 'false'] }]

const numbers: TypeCase[] = [
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
  { type: 'numeric(10,2)', arrow: 'Utf8', values: ['1.5', "'NaN'", '-99999999.99', '0'], becomesText: true },
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
    type: 'numeric(39,0)',
    arrow: 'Decimal256(39, 0)',
    values: ["repeat('9', 39)", "'-' || repeat('9', 39)", '2::numeric ^ 127', '-(2::numeric ^ 127)', '0', '-1'],
  },
  {
    type: 'numeric(76,38)',
    arrow: 'Decimal256(76, 38)',
    values: ["repeat('9', 38) || '.' || repeat('9', 38)", "'-0.' || repeat('0', 37) || '1'", '12.5'],
  },
  { type: 'numeric(76,0)', arrow: 'Decimal256(76, 0)', values: ["repeat('9', 76)", "'-' || repeat('9', 76)"] },
  { type: 'numeric(60,2)', arrow: 'Utf8', values: ["'NaN'", "repeat('9', 58)", '1'], becomesText: true },
  { type: 'numeric(77,0)', arrow: 'Utf8', values: ["repeat('9', 77)", "'NaN'", '0'] },
  { type: 'numeric(1000,500)', arrow: 'Utf8', values: ["repeat('9', 500) || '.' || repeat('9', 500)"] },
  { type: 'numeric(3,-2)', arrow: 'Decimal128(5, 0)', values: ['12345', '-99949', '0'] },
  { type: 'numeric(2,4)', arrow: 'Decimal128(4, 4)', values: ['0.0012', '-0.0099'] },
  { type: 'numeric(1,-100)', arrow: 'Utf8', values: ['1e100'] },
  {
    type: 'numeric',
    arrow: 'Utf8',
    values: ["'NaN'", "'Infinity'", "'-Infinity'", '1e100', '-0.00', "'1e-1000'", "repeat('9', 200)", '1.50'],
  },
  { type: 'money', arrow: 'Utf8', values: [`'-92233720368547758.08'`, `'1234.5'`] },
  { type: 'oid', arrow: 'UInt32', values: ['0', '2147483648', '4294967295'] },
  { type: 'xid', arrow: 'UInt32', values: [`'0'`, `'4294967295'`] },
  { type: 'cid', arrow: 'UInt32', values: [`'4294967295'`] },
  { type: 'xid8', arrow: 'UInt64', values: [`'0'`, `'9223372036854775808'`, `'18446744073709551615'`] },
  { type: 'pg_lsn', arrow: 'Utf8', values: [`'FFFFFFFF/FFFFFFFF'`, `'0/0'`] },
  { type: 'tid', arrow: 'Utf8', values: [`'(1,2)'`, `'(4294967295,65535)'`] },
]

const texts: TypeCase[] = [
  {
    type: 'text',
    arrow: 'Utf8',
    values: [
      "''",
      "' '",
      `'${longText}'`,
      "'a''b\"c\\'",
      "e'tab\\tline\\nfeed\\r'",
      "'🏳️‍🌈'",
      "'NULL'",
      // The last character before the surrogates, the first after them, and the last that psql prints; a BOM; a combining sign.
      'chr(55295)',
      'chr(57344)',
      'chr(1114109)',
      "'a' || chr(65279)",
      "'e' || chr(769)",
      'chr(1)',
      'chr(127)',
      'chr(8232)',
    ],
  },
  { type: 'varchar(20)', arrow: 'Utf8', values: ["''", "'漢字'"] },
  { type: 'varchar', arrow: 'Utf8', values: ["'any length'"] },
  { type: 'bpchar(5)', arrow: 'Utf8', values: ["'ab'", "''", "'ü    '"] },
  { type: 'bpchar', arrow: 'Utf8', values: ["'ab  '"] },
  { type: 'name', arrow: 'Utf8', values: ["'pg_class'", "repeat('ü', 31)"] },
  { type: '"char"', arrow: 'Utf8', values: [`'a'`, `''`, `'\\377'`] },
  { type: 'xml', arrow: 'Utf8', values: [`'<a b="c">d</a>'`, `'<?xml version="1.0" encoding="LATIN1"?><ü/>'`, `''`] },
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
    values: [`'{"b": 1e400, "a": "ü"}'`, "'[]'", "'null'", "'12345678901234567890123'", `'"\\u2028"'`],
  },
  { type: 'jsonpath', arrow: 'Utf8', values: [`'$.a[*] ? (@ > 1)'`] },
  { type: 'tsvector', arrow: 'Utf8', values: [`'a:1 ''b c'':2A'`, `''`] },
  { type: 'tsquery', arrow: 'Utf8', values: [`'a & !b'`, `''`] },
  { type: 'mood', arrow: 'Utf8', values: [`'so so'`, `'it''s "ok"'`, `''`] },
  { type: '"Other"."Big Mood"', arrow: 'Utf8', values: [`'huge'`] },
  { type: 'hstore', arrow: 'Utf8', values: [`'a=>1, "b c"=>NULL, "d\\"e"=>"NULL"'`, `''`] },
  { type: 'citext', arrow: 'Utf8', values: [`'MiXed'`] },
  { type: 'ltree', arrow: 'Utf8', values: [`'Top.Science'`, `''`] },
]

const binaries: TypeCase[] = [
  { type: 'bytea', arrow: 'Binary', values: ["''", "'\\x00ff10'", "decode(repeat('ab', 5000), 'hex')"] },
  {
    type: 'uuid',
    arrow: 'FixedSizeBinary(16)',
    extension: 'arrow.uuid',
    values: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-4fff-bfff-ffffffffffff'"],
  },
  { type: 'bit(3)', arrow: 'Utf8', values: [`b'101'`] },
  { type: 'bit(1)', arrow: 'Utf8', values: [`b'0'`] },
  { type: 'varbit', arrow: 'Utf8', values: [`b''`, `b'10101'`, `repeat('10', 500)::varbit`] },
  { type: 'varbit(5)', arrow: 'Utf8', values: [`b'10101'`] },
]

const times: TypeCase[] = [
  {
    type: 'date',
    arrow: 'Date32',
    values: ["'1970-01-01'", "'1969-12-31'", "'2000-02-29'", "'0044-03-15 BC'", "'5874897-12-31'", "'4713-11-24 BC'"],
  },
  { type: 'date', arrow: 'Utf8', values: ["'2026-02-28'", "'infinity'", "'-infinity'"], becomesText: true },
  { type: 'time', arrow: 'Time64(us)', values: [`'00:00'`, `'00:00:00.000001'`, `'23:59:59.999999'`, `'12:30'`] },
  { type: 'time', arrow: 'Utf8', values: [`'00:00:00.5'`, `'24:00:00'`], becomesText: true },
  { type: 'time(3)', arrow: 'Time64(us)', values: [`'12:34:56.7891'`] },
  { type: 'timetz', arrow: 'Utf8', values: [`'12:34:56+05:30'`, `'24:00:00-15:59:59'`, `'00:00:00.000001+15:59'`] },
  { type: 'timetz(0)', arrow: 'Utf8', values: [`'12:34:56.5+00'`] },
  {
    type: 'timestamp',
    arrow: 'Timestamp(us)',
    values: [
      "'1970-01-01'",
      "'1999-12-31 23:59:59.999999'",
      "'2026-03-29 02:30:00.5'",
      "'0001-01-01 BC'",
      "'4713-11-24 BC'",
      "'294246-12-31 23:59:59.999999'",
    ],
  },
  {
    type: 'timestamp',
    arrow: 'Utf8',
    values: ["'2026-03-29 02:30:00.5'", "'infinity'", "'-infinity'"],
    becomesText: true,
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
  { type: 'timestamptz', arrow: 'Utf8', values: ["'-infinity'", "'2026-07-01 12:00+02'"], becomesText: true },
  { type: 'timestamp(3)', arrow: 'Timestamp(us)', values: ["'2026-01-01 00:00:00.1239'"] },
  { type: 'timestamptz(0)', arrow: 'Timestamp(us, UTC)', values: ["'2026-01-01 00:00:00.9+00'"] },
  {
    type: 'interval',
    arrow: 'Interval(MonthDayNano)',
    values: [
      `'1 year 2 mons -3 days 04:05:06.789'`,
      `'00:00:00'`,
      `'178000000 years'`,
      `'-178000000 years'`,
      `'-1 mon'`,
      `'1 mon -1 day'`,
      `'-1 day +00:00:00.000001'`,
      `'-00:00:01'`,
      `'1 year -1 mon'`,
      `'2562047:47:16.854775'`,
      `'-2562047:47:16.854775'`,
      `'2147483647 days'`,
      `'-2147483648 days'`,
      `'-14 mons +3 days -04:00:00.5'`,
    ],
  },
  {
    type: 'interval',
    arrow: 'Utf8',
    values: [`'1 day'`, `'infinity'`, `'-infinity'`, `'2562047788:00:54.775807'`, `'-2562047:47:16.854776'`],
    becomesText: true,
  },
  { type: 'interval(0)', arrow: 'Interval(MonthDayNano)', values: [`'1.6 seconds'`] },
]

const arrays: TypeCase[] = [
  { type: 'int4[]', arrow: 'List<Int32>', values: [`'{1,NULL,-3}'`, `'{}'`, `'{NULL}'`, `'{2147483647}'`] },
  { type: 'int4[]', arrow: 'List<List<Int32>>', values: [`'{}'`, `'{{1,2},{3,4}}'`, `'{{NULL,5,6}}'`] },
  {
    type: 'int4[]',
    arrow: 'List<List<List<List<List<List<Int32>>>>>>',
    values: [`'{{{{{{1}},{{2}}}},{{{{3}},{{NULL}}}}}}'`],
  },
  { type: 'int4[]', arrow: 'Utf8', values: [`'{1}'`, `'{{1,2},{3,4}}'`, `'{}'`], becomesText: true },
  {
    type: 'int4[]',
    arrow: 'Utf8',
    values: [`'{7}'`, `'[3:4]={1,2}'`, `'[0:1][-1:0]={{1,2},{3,NULL}}'`],
    becomesText: true,
  },
  {
    type: 'text[]',
    arrow: 'List<Utf8>',
    values: [
      `'{}'`,
      `'{a,NULL,"NULL","a b","\\"","{}",null,"Null"}'`,
      `array['', ',', e'\\n', '\\', 'ü', ' ', e'\\v', chr(160)]`,
      `array[repeat('x', 100000)]`,
    ],
  },
  { type: 'text[]', arrow: 'List<List<Utf8>>', values: [`array[['a b',null],['c','"']]`] },
  { type: 'text[]', arrow: 'Utf8', values: [`'{"a b",NULL}'`, `'[3:4]={x,"y z"}'`], becomesText: true },
  { type: 'bool[]', arrow: 'List<Bool>', values: [`'{t,f,NULL}'`, `array_fill(true, '{100}')`] },
  { type: 'float8[]', arrow: 'List<Float64>', values: [`'{1.5,NaN,-Infinity,1e100,-0}'`] },
  { type: 'numeric[]', arrow: 'List<Utf8>', values: [`'{1.50,NaN,-Infinity,NULL,1e-20,0,0.00,-1234567.89,10000}'`] },
  { type: 'numeric(10,2)[]', arrow: 'List<Decimal128(10, 2)>', values: [`'{1.5,-3,NULL}'`] },
  { type: 'numeric(10,2)[]', arrow: 'Utf8', values: [`'{1}'`, `'{1.5,NaN,NULL}'`], becomesText: true },
  { type: 'varchar(3)[]', arrow: 'List<Utf8>', values: [`'{abc}'`] },
  { type: 'bpchar(3)[]', arrow: 'List<Utf8>', values: [`'{a}'`] },
  { type: 'name[]', arrow: 'List<Utf8>', values: [`'{pg_class}'`] },
  {
    type: 'timestamptz[]',
    arrow: 'List<Timestamp(us, UTC)>',
    values: [`'{2026-01-01 00:00+00,1969-12-31 23:59:59.5+00}'`],
  },
  { type: 'timestamptz[]', arrow: 'Utf8', values: [`'{2026-01-01 00:00+00,NULL,infinity}'`], becomesText: true },
  { type: 'date[]', arrow: 'List<Date32>', values: [`'{2026-01-01,NULL}'`] },
  { type: 'time[]', arrow: 'List<Time64(us)>', values: [`'{12:00,23:59:59.999999}'`] },
  { type: 'interval[]', arrow: 'List<Interval(MonthDayNano)>', values: [`'{1 day,"-1 mons +2 days"}'`] },
  { type: 'interval(0)[]', arrow: 'List<Interval(MonthDayNano)>', values: [`'{1.5 seconds}'`] },
  { type: 'jsonb[]', arrow: 'List<Utf8>', values: [`array['{"a": 1}'::jsonb, 'null', null]`] },
  { type: 'bytea[]', arrow: 'List<Binary>', values: [`array['\\x00ff'::bytea, '']`] },
  {
    type: 'uuid[]',
    arrow: 'List<FixedSizeBinary(16)>',
    values: [`array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, null]`],
  },
  { type: 'oid[]', arrow: 'List<UInt32>', values: [`'{4294967295}'`] },
  { type: 'mood[]', arrow: 'List<Utf8>', values: [`array['sad','so so','it''s "ok"','',null]::mood[]`, `'{}'`] },
  { type: 'inet[]', arrow: 'List<Utf8>', values: [`'{10.0.0.1/8,::1,NULL}'`, `'{}'`] },
  { type: 'inet[]', arrow: 'List<List<Utf8>>', values: [`'{{10.0.0.1,NULL},{::1,::2}}'`] },
  { type: 'inet[]', arrow: 'Utf8', values: [`'{::1}'`, `'[0:1]={::1,::2}'`], becomesText: true },
  { type: 'point[]', arrow: 'List<Utf8>', values: [`array[point '(1,2)', '(3,4)', null]`] },
  { type: 'box[]', arrow: 'Utf8', values: [`array[box '(1,1),(0,0)', '(2,2),(1,1)']`] },
  { type: 'int4range[]', arrow: 'List<Utf8>', values: [`array[int4range '[1,2)', 'empty', null]`] },
  { type: '"char"[]', arrow: 'List<Utf8>', values: [`array['a', '', '\\377', '"']::"char"[]`] },
  { type: 'tsvector[]', arrow: 'List<Utf8>', values: [`array['a:1 ''b c'':2A'::tsvector]`] },
  { type: 'hstore[]', arrow: 'List<Utf8>', values: [`array['a=>1'::hstore, '"\\\\"=>"\\""']`] },
  { type: 'tags[]', arrow: 'List<Utf8>', values: [`array['{a,"b c"}'::tags, '{}', null]`] },
  { type: 'price[]', arrow: 'List<Decimal128(12, 4)>', values: [`'{1.5}'`] },
  { type: 'int2vector', arrow: 'Utf8', values: [`'1 2'`, `''`] },
  { type: 'oidvector', arrow: 'Utf8', values: [`'4294967295 0'`] },
]

const composites: TypeCase[] = [
  {
    type: 'pair',
    arrow: 'Struct<x: Int32, y: Utf8>',
    values: [`row(1, 'a "quoted", text')`, `row(null, null)`, `row(2, '')`, `row(3, '\\ (x)')`, `row(null, ' ')`],
  },
  {
    type: 'pair[]',
    arrow: 'List<Struct<x: Int32, y: Utf8>>',
    values: [`array[row(1, 'a"b')::pair, null, row(null, null)]`, `'{}'`],
  },
  {
    type: 'deep',
    arrow:
      'Struct<p: Struct<x: Int32, y: Utf8>, many p: List<Struct<x: Int32, y: Utf8>>, m: List<Utf8>, ' +
      't: Timestamp(us, UTC), n: Utf8, d: Decimal128(5, 2), j: Utf8>',
    values: [
      `row(row(1, 'a'), array[row(2, 'b c')::pair, null], '{sad,NULL}', '2026-01-01 00:00+00', 1.50, 2.5, '{"a": [1]}')`,
      `row(null, '{}', null, null, 'NaN', null, null)`,
      `row(null, null, null, null, null, null, 'null')`,
    ],
  },
  {
    type: 'deep',
    arrow: 'Utf8',
    values: [
      `row(row(1, 'a"b'), array[row(2, 'b c')::pair, null], '{sad,NULL}', 'infinity', 1.50, 2.5, '{"a": [1]}')`,
      `row(null, '{}', null, '2026-01-01 00:00+00', 'Infinity', 'NaN', null)`,
    ],
    becomesText: true,
  },
  {
    type: 'with_domains',
    arrow: 'Struct<p: Decimal128(12, 4), t: List<Utf8>>',
    values: [`row(1.5, '{a,b}')`, `row(null, null)`],
  },
  { type: 'with_inet', arrow: 'Utf8', values: [`row('10.0.0.1')`, `row(null)`] },
  { type: 'whole', arrow: 'Struct<a: Int32, c: Int64>', values: [`row(1, 9223372036854775807)`] },
  { type: 'pg_am', arrow: 'Utf8', values: [`(select a from pg_am a where amname = 'heap')`] },
]

const ranges: TypeCase[] = [
  { type: 'int4range', arrow: 'Utf8', values: [`'[1,5)'`, `'empty'`, `'(,)'`, `'[1,]'`] },
  { type: 'int8range', arrow: 'Utf8', values: [`'[9223372036854775806,9223372036854775807)'`] },
  { type: 'numrange', arrow: 'Utf8', values: [`'[1.50,2.0]'`] },
  { type: 'daterange', arrow: 'Utf8', values: [`'[2026-01-01,infinity)'`] },
  { type: 'tsrange', arrow: 'Utf8', values: [`'("2026-01-01 00:00","2026-01-02 00:00"]'`] },
  { type: 'tstzrange', arrow: 'Utf8', values: [`'[2026-01-01 00:00+00,)'`, `'(-infinity,infinity)'`] },
  { type: 'int4multirange', arrow: 'Utf8', values: [`'{[1,2),[5,6)}'`, `'{}'`] },
  { type: 'tstzmultirange', arrow: 'Utf8', values: [`'{[2026-01-01 00:00+00,2026-01-02 00:00+00)}'`] },
  { type: 'float_range', arrow: 'Utf8', values: [`'[0.1,1e100)'`] },
]

const others: TypeCase[] = [
  { type: 'inet', arrow: 'Utf8', values: [`'10.0.0.1/8'`, `'::1'`, `'192.168.0.1'`, `'::ffff:1.2.3.4/96'`] },
  { type: 'cidr', arrow: 'Utf8', values: [`'10.0.0.0/8'`, `'2001:db8::/32'`, `'0.0.0.0/0'`] },
  { type: 'macaddr', arrow: 'Utf8', values: [`'08:00:2b:01:02:03'`] },
  { type: 'macaddr8', arrow: 'Utf8', values: [`'08:00:2b:01:02:03:04:05'`] },
  { type: 'regclass', arrow: 'Utf8', values: [`'pg_class'`, '4294967295', '0'] },
  { type: 'regtype', arrow: 'Utf8', values: [`'int4'`, `'"Other"."Big Mood"'`, '3000000000'] },
  { type: 'regproc', arrow: 'Utf8', values: ['3000000000', `'now'`] },
  { type: 'regprocedure', arrow: 'Utf8', values: [`'abs(int4)'`] },
  { type: 'regoperator', arrow: 'Utf8', values: [`'+(int4,int4)'`] },
  { type: 'regrole', arrow: 'Utf8', values: ['4294967295'] },
  { type: 'regnamespace', arrow: 'Utf8', values: [`'pg_catalog'`, `'"Other"'`] },
  { type: 'point', arrow: 'Utf8', values: [`'(1.5,-0)'`, `'(NaN,Infinity)'`] },
  { type: 'box', arrow: 'Utf8', values: [`'(1,1),(0,0)'`] },
  { type: 'path', arrow: 'Utf8', values: [`'[(0,0),(1,1)]'`, `'((0,0),(1,1))'`] },
  { type: 'polygon', arrow: 'Utf8', values: [`'((0,0),(1,1),(2,0))'`] },
  { type: 'circle', arrow: 'Utf8', values: [`'<(0,0),5>'`] },
  { type: 'line', arrow: 'Utf8', values: [`'{1,2,3}'`] },
  { type: 'lseg', arrow: 'Utf8', values: [`'[(0,0),(1,1)]'`] },
  { type: 'aclitem', arrow: 'Utf8', values: [`'=r/pg_monitor'`] },
  { type: 'pg_snapshot', arrow: 'Utf8', values: [`'10:20:10,14,15'`] },
  { type: 'refcursor', arrow: 'Utf8', values: [`'c'`] },
]

/** A domain is told by its base type: PostgreSQL describes it so. */
const domains: TypeCase[] = [
  { type: 'positive', shown: 'int4', arrow: 'Int32', values: ['1', '2147483647'] },
  { type: 'price', shown: 'numeric(12,4)', arrow: 'Decimal128(12, 4)', values: ['1.5', '-99999999.9999'] },
  { type: 'half_price', shown: 'numeric(12,4)', arrow: 'Decimal128(12, 4)', values: ['1.5'] },
  { type: 'tags', shown: 'text[]', arrow: 'List<Utf8>', values: [`'{a,"b c"}'`] },
]

/** Every case, by what kind of type it is of. */
export const hostileValues: Record<string, TypeCase[]> = {
  booleans,
  numbers,
  texts,
  binaries,
  times,
  arrays,
  composites,
  ranges,
  domains,
  others,
}

/** Selects the values of a case as column v, after a null. */
export function selectValues({ type, values }: TypeCase): string {
  const rows = values.map((value, i) => `select ${i} as i, (${value})::${type} as v`)
  return `select v from (${rows.join(' union all ')} union all select -1, null::${type}) t order by i`
}
