/** Rows as a source sends them, made into batches: results for tests that need no source. */
import fc from 'fast-check'
import type { Column } from '../../src/arrow/columns.ts'
import { BatchBuilder } from '../../src/sources/builders/batchBuilder.ts'
import { TypeCatalog } from '../../src/sources/types/typeCatalog.ts'
import type { FieldDescription } from '../../src/wire/messages.ts'
import { dataRow, int16, int32 } from '../wire/backendMessages.ts'

/** A value as it is on the wire. */
export type WireValue = Buffer | string | null

/** A column that can be made up: how the source describes it, and any value of it. */
export interface WireColumn {
  typeOid: number
  typeModifier: number
  value: fc.Arbitrary<Buffer | string>
}

const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}
const bytes = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array))
const anyText = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.toWellFormed().replaceAll('\0', '0'))
const plainNumeric = (digit: number): Buffer => Buffer.concat([1, 0, 0, 2, digit].map(int16))
const sized = (value: Buffer | string | null): Buffer =>
  value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)])
const nullable = (value: fc.Arbitrary<Buffer | string>): fc.Arbitrary<Buffer | string | null> =>
  fc.option(value, { nil: null, freq: 4 })

/** An array of one dimension as array_send writes it. */
export function arrayOf(itemOid: number, items: readonly (Buffer | string | null)[]): Buffer {
  if (items.length === 0) return Buffer.concat([0, 0, itemOid].map(int32))
  return Buffer.concat([...[1, 1, itemOid, items.length, 1].map(int32), ...items.map(sized)])
}

/** A value of a composite type as record_send writes it. */
export function recordOf(parts: readonly { oid: number; value: Buffer | string | null }[]): Buffer {
  return Buffer.concat([int32(parts.length), ...parts.flatMap(({ oid, value }) => [int32(oid), sized(value)])])
}

const anyArray = (itemOid: number, item: fc.Arbitrary<Buffer | string>): fc.Arbitrary<Buffer> =>
  fc.array(nullable(item), { maxLength: 4 }).map((items) => arrayOf(itemOid, items))
const timeOfDay = fc.bigInt({ min: 0n, max: 86_399_999_999n }).map(int64)
const interval = fc
  .tuple(fc.bigInt({ min: -9_000_000_000_000_000n, max: 9_000_000_000_000_000n }), fc.integer(), fc.integer())
  .map(([microseconds, days, months]) => Buffer.concat([int64(microseconds), int32(days), int32(months)]))
const pair = fc.tuple(nullable(bytes(4)), nullable(anyText)).map(([x, y]) =>
  recordOf([
    { oid: 23, value: x },
    { oid: 25, value: y },
  ]),
)

/** Types of the source that are not PostgreSQL's own: a composite type, and arrays of it. */
export const pairOid = 90_001
const pairsOid = 90_002
const told = {
  names: ['pair', 'pair[]'],
  types: [
    {
      oid: pairOid,
      kind: 'composite',
      fields: [
        { name: 'x', oid: 23, modifier: -1, type: 'integer' },
        { name: 'the "y"', oid: 25, modifier: -1, type: 'text' },
      ],
    },
    { oid: pairsOid, kind: 'array', name: 'pair[]', item: pairOid, delimiter: ',' },
  ],
}

/** A catalogue that knows {@link wireColumns}. */
export function wireTypes(): TypeCatalog {
  const types = new TypeCatalog()
  const fields = [pairOid, pairsOid].map((typeOid) => ({ name: '', typeOid, typeModifier: -1 }))
  types.learn(fields, dataRow([JSON.stringify(told)]).subarray(5))
  return types
}

/** A column of every layout. */
export const wireColumns: Record<string, WireColumn> = {
  bool: { typeOid: 16, typeModifier: -1, value: fc.boolean().map((value) => Buffer.from([Number(value)])) },
  int2: { typeOid: 21, typeModifier: -1, value: bytes(2) },
  int4: { typeOid: 23, typeModifier: -1, value: bytes(4) },
  int8: { typeOid: 20, typeModifier: -1, value: bytes(8) },
  float4: { typeOid: 700, typeModifier: -1, value: bytes(4) },
  float8: { typeOid: 701, typeModifier: -1, value: bytes(8) },
  numeric: {
    typeOid: 1700,
    typeModifier: ((10 << 16) | 2) + 4,
    value: fc.integer({ min: 1, max: 9999 }).map(plainNumeric),
  },
  text: { typeOid: 25, typeModifier: -1, value: anyText },
  json: { typeOid: 114, typeModifier: -1, value: fc.json() },
  jsonb: { typeOid: 3802, typeModifier: -1, value: fc.json().map((text) => `\u0001${text}`) },
  bytea: { typeOid: 17, typeModifier: -1, value: fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)) },
  uuid: { typeOid: 2950, typeModifier: -1, value: bytes(16) },
  date: { typeOid: 1082, typeModifier: -1, value: fc.integer({ min: -2_451_507, max: 2_145_031_948 }).map(int32) },
  timestamptz: {
    typeOid: 1184,
    typeModifier: -1,
    value: fc.bigInt({ min: -211_813_488_000_000_000n, max: 9_222_424_646_400_000_000n }).map(int64),
  },
  enum: { typeOid: 99_999, typeModifier: -1, value: anyText },
  oid: { typeOid: 26, typeModifier: -1, value: bytes(4) },
  xid8: { typeOid: 5069, typeModifier: -1, value: bytes(8) },
  wideNumeric: {
    typeOid: 1700,
    typeModifier: ((70 << 16) | 2) + 4,
    value: fc.integer({ min: 1, max: 9999 }).map(plainNumeric),
  },
  time: { typeOid: 1083, typeModifier: -1, value: timeOfDay },
  interval: { typeOid: 1186, typeModifier: -1, value: interval },
  intervalArray: { typeOid: 1187, typeModifier: -1, value: anyArray(1186, interval) },
  int4Array: { typeOid: 1007, typeModifier: -1, value: anyArray(23, bytes(4)) },
  boolArray: {
    typeOid: 1000,
    typeModifier: -1,
    value: anyArray(
      16,
      fc.boolean().map((value) => Buffer.from([Number(value)])),
    ),
  },
  textArray: { typeOid: 1009, typeModifier: -1, value: anyArray(25, anyText) },
  numericArray: { typeOid: 1231, typeModifier: -1, value: anyArray(1700, fc.nat(9999).map(plainNumeric)) },
  inetArray: {
    typeOid: 1041,
    typeModifier: -1,
    value: fc
      .array(nullable(fc.ipV4()), { maxLength: 4 })
      .map((items) => `{${items.map((ip) => ip ?? 'NULL').join()}}`),
  },
  pair: { typeOid: pairOid, typeModifier: -1, value: pair },
  pairs: { typeOid: pairsOid, typeModifier: -1, value: anyArray(pairOid, pair) },
}

/** Makes a batch of rows. */
export function batchOf(
  fields: readonly FieldDescription[],
  rows: readonly (readonly WireValue[])[],
): { columns: Column[]; rows: number; message: Buffer } {
  const types = wireTypes()
  const builder = new BatchBuilder(
    fields.map((field) => types.plan(field)),
    types,
  )
  for (const row of rows) {
    const message = dataRow(row)
    builder.append(message, 5, message.length)
  }
  return builder.close()
}

/** Any columns with any rows, nulls among them. */
export const anyRows: fc.Arbitrary<{ fields: FieldDescription[]; rows: WireValue[][] }> = fc
  .array(fc.constantFrom(...Object.entries(wireColumns)), { minLength: 1, maxLength: 5 })
  .chain((columns) =>
    fc.record({
      fields: fc.constant(columns.map(([name, { typeOid, typeModifier }]) => ({ name, typeOid, typeModifier }))),
      rows: fc.array(fc.tuple(...columns.map(([, { value }]) => fc.option<WireValue>(value, { nil: null, freq: 3 }))), {
        minLength: 1,
        maxLength: 40,
      }),
    }),
  )
