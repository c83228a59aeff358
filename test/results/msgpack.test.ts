import { decodeMulti } from '@msgpack/msgpack'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Column, Field } from '../../src/arrow/columns.ts'
import { decodeBatches } from '../../src/arrow/decode.ts'
import { isNull } from '../../src/arrow/decodedColumn.ts'
import { arrayItem, arrayLiteral, rowLiteral } from '../../src/arrow/text/literalText.ts'
import { valueText } from '../../src/arrow/text/valueText.ts'
import { formatMsgpack } from '../../src/results/formats/msgpack.ts'
import { compress } from '../../src/results/frames.ts'
import type { Manifest } from '../../src/results/manifest.ts'
import type { ReadChunk } from '../../src/results/store.ts'
import { anyRows, batchOf, type WireValue } from '../arrow/wireRows.ts'
import type { FieldDescription } from '../../src/wire/messages.ts'

async function pack(
  fields: readonly FieldDescription[],
  rows: readonly (readonly WireValue[])[],
): Promise<{ columns: Column[]; message: Buffer; bytes: Buffer }> {
  const { columns, message } = batchOf(fields, rows)
  async function* chunks(): AsyncGenerator<ReadChunk> {
    const frame = await compress(message)
    yield { n: 0, firstRow: 0, rows: rows.length, rawBytes: message.length, frame, release: () => undefined }
  }
  const pieces: Buffer[] = []
  const window = { from: 0, to: rows.length }
  for await (const piece of formatMsgpack({ columns } as Manifest, chunks(), window)) pieces.push(Buffer.from(piece))
  return { columns, message, bytes: Buffer.concat(pieces) }
}

const unpack = (bytes: Buffer): unknown[] => [...decodeMulti(bytes, { useBigInt64: true })]

test('any columns and values come through MessagePack as what they were', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows, async ({ fields, rows }) => {
      const { columns, message, bytes } = await pack(fields, rows)
      const [head, ...read] = unpack(bytes)
      expect(head).toEqual({ columns: columns.map(({ name, type }) => ({ name, type, nullable: true })) })
      const [batch] = decodeBatches(message, columns, 0)
      const expected = rows.map((_, row) =>
        batch!.columns.map((column) => (isNull(column, row) ? null : valueText(column)(row))),
      )
      const texts = (read as unknown[][]).map((row) => row.map((value, i) => textOf(value, columns[i]!)))
      expect(texts).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

/** The text that CSV would have of a value as it was unpacked. */
function textOf(value: unknown, { layout }: Field): string | null {
  if (value === null) return null
  const { kind } = layout
  if (kind === 'list') return arrayLiteral((value as unknown[]).map((item) => arrayItem(textOf(item, layout.item))))
  if (kind === 'struct') {
    return rowLiteral(layout.fields.map((field) => textOf((value as Record<string, unknown>)[field.name], field)))
  }
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (kind === 'float32') {
    const shortest = Array.from({ length: 9 }, (_, i) => Number((value as number).toPrecision(i + 1))).find((rounded) =>
      Object.is(Math.fround(rounded), value),
    )
    return Object.is(value, -0) ? '-0' : `${shortest ?? (value as number)}`
  }
  return Object.is(value, -0) ? '-0' : `${value as string | number | bigint | boolean}`
}

const float8 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes
}

test('a float is written as a float even where it is a whole number, and keeps the sign of zero', async () => {
  const { bytes } = await pack(
    [{ name: 'f', typeOid: 701, typeModifier: -1 }],
    [0, -0, 1, -3, 1e300].map((n) => [float8(n)]),
  )
  const tags: number[] = []
  const rows = bytes.subarray(bytes.length - 5 * 10)
  for (let at = 0; at < rows.length; at += 10) tags.push(rows[at + 1]!)
  expect(tags).toEqual([0xcb, 0xcb, 0xcb, 0xcb, 0xcb])
  expect(unpack(bytes).slice(1)).toEqual([[0], [-0], [1], [-3], [1e300]])
})

test('a row of 40 MB does not make those after it large', async () => {
  const field = { name: 't', typeOid: 25, typeModifier: -1 }
  const { bytes } = await pack([field], [['x'.repeat(40_000_000)], ['y']])
  expect(bytes.length).toBeLessThan(40_000_100)
  expect((unpack(bytes)[2] as string[])[0]).toBe('y')
})
