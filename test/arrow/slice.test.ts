import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Column } from '../../src/arrow/columns.ts'
import { decodeBatches } from '../../src/arrow/decode.ts'
import { encodeSchema } from '../../src/arrow/encode.ts'
import { encodeSlice } from '../../src/arrow/slice.ts'
import { streamOf } from '../sources/session.ts'
import { flechette, readers } from './readers.ts'
import { anyRows, batchOf, wireColumns } from './wireRows.ts'

function slice(columns: readonly Column[], message: Buffer, from: number, to: number): Buffer {
  const [batch] = decodeBatches(message, columns, 0)
  return encodeSlice(batch!, from, to)
}

describe('a slice of a batch', () => {
  test('holds exactly its rows, whatever the columns and wherever it is cut', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(), fc.nat(), ({ fields, rows }, a, b) => {
        const { columns, message } = batchOf(fields, rows)
        const from = a % rows.length
        const to = from + 1 + (b % (rows.length - from))
        const whole = flechette(streamOf(columns, [{ message }])).rows
        const cut = flechette(streamOf(columns, [{ message: slice(columns, message, from, to) }])).rows
        expect(cut).toEqual(whole.slice(from, to))
      }),
      { numRuns: 200 },
    )
  })

  test('and the slices beside it make the whole again, by every reader', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(), ({ fields, rows }, a) => {
        const named = fields.map((field, i) => ({ ...field, name: `${field.name} ${i}` }))
        const { columns, message } = batchOf(named, rows)
        fc.pre(rows.length > 1)
        const at = 1 + (a % (rows.length - 1))
        const parts = [slice(columns, message, 0, at), slice(columns, message, at, rows.length)]
        const stream = streamOf(
          columns,
          parts.map((part) => ({ message: part })),
        )
        for (const read of Object.values(readers)) {
          expect(read(stream)).toEqual(read(streamOf(columns, [{ message }])))
        }
      }),
      { numRuns: 100 },
    )
  })

  test('of a slice is a slice', () => {
    const fields = [{ name: 'x', typeOid: 25, typeModifier: -1 }]
    const { columns, message } = batchOf(
      fields,
      ['a', null, 'ccc', '', 'e'].map((value) => [value]),
    )
    const inner = slice(columns, slice(columns, message, 1, 5), 1, 3)
    expect(flechette(streamOf(columns, [{ message: inner }])).rows).toEqual([['ccc'], ['']])
  })

  test('of a batch without columns has its number of rows', () => {
    const { columns, message } = batchOf([], [[], [], []])
    const [batch] = decodeBatches(slice(columns, message, 1, 3), columns, 0)
    expect(batch).toEqual({ rows: 2, columns: [] })
  })
})

test('messages are padded to 8 bytes, so that every one in a stream lies on a boundary', () => {
  fc.assert(
    fc.property(anyRows, ({ fields, rows }) => {
      const { columns, message } = batchOf(fields, rows)
      expect([encodeSchema(columns).length % 8, message.length % 8]).toEqual([0, 0])
    }),
  )
})

test('batches read back one after another are the batches that were written', () => {
  const fields = Object.entries(wireColumns).map(([name, { typeOid, typeModifier }]) => ({
    name,
    typeOid,
    typeModifier,
  }))
  const one = batchOf(fields, [fields.map(() => null)])
  const chunk = Buffer.concat([one.message, one.message, one.message])
  expect([...decodeBatches(chunk, one.columns, 0)].map(({ rows }) => rows)).toEqual([1, 1, 1])
  // A chunk may lie anywhere in memory.
  const shifted = Buffer.concat([Buffer.from('x'), chunk]).subarray(1)
  expect([...decodeBatches(shifted, one.columns, 0)].map(({ rows }) => rows)).toEqual([1, 1, 1])
})
