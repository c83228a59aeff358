import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnLayout } from '../../src/arrow/columns.ts'
import { decodeBatches } from '../../src/arrow/decode.ts'
import { isNull, type DecodedColumn } from '../../src/arrow/decodedColumn.ts'
import { valueText } from '../../src/arrow/text/valueText.ts'
import { isBareInJson } from '../../src/results/formats/bareInJson.ts'
import { csvRows } from '../../src/results/formats/csvRows.ts'
import { jsonRows } from '../../src/results/formats/jsonRows.ts'
import { fixedCells } from '../../src/results/formats/fixedCells.ts'
import { TextBuffer } from '../../src/results/formats/textBuffer.ts'
import { anyRows, batchOf } from '../arrow/wireRows.ts'
import { rowText } from './ourTexts.ts'

/** What the bytes of a value say, and what is written of them. */
function both(layout: ColumnLayout, values: Uint8Array): { text: string; written: string } {
  const column = { column: { name: 'v', type: 'v', layout }, validity: undefined, offsets: undefined, values }
  const out = new TextBuffer(0, 64)
  fixedCells(column as DecodedColumn, out)!(0)
  return { text: valueText(column as DecodedColumn)(0), written: out.take().toString() }
}

const int64 = (...values: bigint[]): Uint8Array => new Uint8Array(BigInt64Array.from(values).buffer)
/** Integers of every magnitude, and what lies beside powers of ten and of two. */
const integers = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.tuple(fc.nat(18), fc.integer({ min: -2, max: 2 })).map(([power, beside]) => 10n ** BigInt(power) + BigInt(beside)),
  fc.tuple(fc.nat(62), fc.integer({ min: -2, max: 2 })).map(([power, beside]) => BigInt(beside) - 2n ** BigInt(power)),
)

describe('what is written as bytes is what the text of a value says', () => {
  const cases: [string, ColumnLayout, fc.Arbitrary<Uint8Array>][] = [
    ['int16', { kind: 'int16' }, fc.int16Array({ minLength: 1, maxLength: 1 }).map((a) => new Uint8Array(a.buffer))],
    ['int32', { kind: 'int32' }, integers.map((n) => int64(n).slice(0, 4))],
    ['int64', { kind: 'int64' }, integers.map((n) => int64(n))],
    ['uint32', { kind: 'uint32' }, integers.map((n) => int64(n).slice(0, 4))],
    ['uint64', { kind: 'uint64' }, integers.map((n) => int64(n))],
    ['time64', { kind: 'time64' }, fc.bigInt({ min: 0n, max: 86_399_999_999n }).map((n) => int64(n))],
    ['bool', { kind: 'bool' }, fc.uint8Array({ minLength: 1, maxLength: 1 })],
    ['uuid', { kind: 'uuid' }, fc.uint8Array({ minLength: 16, maxLength: 16 })],
    [
      'float64',
      { kind: 'float64' },
      fc
        .oneof(fc.double(), fc.maxSafeInteger(), fc.integer(), fc.constantFrom(-0, 2 ** 53, -(2 ** 53), 1e21, -1e21))
        .map((n) => new Uint8Array(Float64Array.of(n).buffer)),
    ],
    ['float32', { kind: 'float32' }, fc.float().map((n) => new Uint8Array(Float32Array.of(n).buffer))],
    [
      'date32',
      { kind: 'date32' },
      fc
        .oneof(fc.integer(), fc.integer({ min: -800_000, max: 3_000_000 }))
        .map((n) => new Uint8Array(Int32Array.of(n).buffer)),
    ],
    ...[true, false].map((zoned): [string, ColumnLayout, fc.Arbitrary<Uint8Array>] => [
      `timestamp, ${zoned}`,
      { kind: 'timestamp', zoned },
      fc
        .oneof(integers, fc.bigInt({ min: -70_000_000_000_000_000n, max: 260_000_000_000_000_000n }))
        .map((n) => int64(n)),
    ]),
    ...[0, 1, 2, 9, 17, 18, 37, 38].map((scale): [string, ColumnLayout, fc.Arbitrary<Uint8Array>] => [
      `decimal128, scale ${scale}`,
      { kind: 'decimal128', precision: 38, scale },
      fc.oneof(
        integers.map((n) => int64(n, n < 0n ? -1n : 0n)),
        fc.tuple(integers, integers).map(([low, high]) => int64(low, high)),
      ),
    ]),
  ]

  test.each(cases)('%s', (_, layout, values) => {
    fc.assert(
      fc.property(values, (value) => {
        const { text, written } = both(layout, value)
        expect(written).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  test('for any row in CSV and JSON', () => {
    fc.assert(
      fc.property(anyRows, ({ fields, rows }) => {
        const { columns, message } = batchOf(fields, rows)
        const [batch] = decodeBatches(message, columns, 0)
        for (const row of rows.keys()) {
          const texts = batch!.columns.map((column) => (isNull(column, row) ? null : valueText(column)(row)))
          const csv = texts.map((text, i) => (text === null ? '' : csvCell(text, columns[i]!.layout)))
          const json = batch!.columns.map((column) => jsonCell(column, row))
          expect(rowText(csvRows, batch!, row)).toBe(`${csv.join()}\r\n`)
          expect(rowText(jsonRows, batch!, row)).toBe(`[${json.join()}]`)
        }
      }),
      { numRuns: 500 },
    )
  })
})

function csvCell(text: string, { kind }: ColumnLayout): string {
  const canHoldAny = ['utf8', 'json', 'list', 'struct'].includes(kind)
  return canHoldAny && (text === '' || /[",\r\n]/.test(text)) ? `"${text.replaceAll('"', '""')}"` : text
}

function jsonCell(column: DecodedColumn, row: number): string {
  if (isNull(column, row)) return 'null'
  const { children, offsets } = column
  const { kind } = column.column.layout
  if (kind === 'list') {
    const items = Array.from({ length: offsets![row + 1]! - offsets![row]! }, (_, i) => i + offsets![row]!)
    return `[${items.map((item) => jsonCell(children[0]!, item)).join()}]`
  }
  if (kind === 'struct') {
    const parts = children.map((child) => `${JSON.stringify(child.column.name)}:${jsonCell(child, row)}`)
    return `{${parts.join()}}`
  }
  const text = valueText(column)(row)
  if (kind === 'json') return text.replaceAll(/[\r\n]/g, ' ')
  return isBareInJson(kind) && !/NaN|Infinity/.test(text) ? text : JSON.stringify(text)
}
