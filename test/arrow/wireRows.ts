/** Rows as a source sends them, made into batches: results for tests that need no source. */
import fc from 'fast-check'
import type { Column } from '../../src/arrow/columns.ts'
import { BatchBuilder } from '../../src/sources/batchBuilder.ts'
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
}

/** Makes a batch of rows. */
export function batchOf(
  fields: readonly FieldDescription[],
  rows: readonly (readonly WireValue[])[],
): { columns: Column[]; rows: number; message: Buffer } {
  const builder = new BatchBuilder(fields)
  for (const row of rows) {
    const message = dataRow(row)
    builder.append(message, 5, message.length)
  }
  const columns = builder.columns(
    fields,
    fields.map(({ typeOid }) => `type ${typeOid}`),
  )
  return { columns, ...builder.close() }
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
