import type { ColumnData, ColumnLayout } from './columns.ts'
import type { DecodedBatch, DecodedColumn } from './decode.ts'
import { encodeBatch } from './encode.ts'

const valueBytes: Partial<Record<ColumnLayout['kind'], number>> = {
  int16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
  decimal128: 16,
  uuid: 16,
  date32: 4,
  timestamp: 8,
}

/** An encapsulated record batch message of rows `from` to `to` (exclusive) of a batch. */
export function encodeSlice(batch: DecodedBatch, from: number, to: number): Buffer {
  return encodeBatch(
    to - from,
    batch.columns.map((column) => sliceColumn(column, from, to)),
  )
}

function sliceColumn(column: DecodedColumn, from: number, to: number): ColumnData {
  const validity = column.validity && sliceBits(column.validity, from, to)
  const nullCount = validity === undefined ? 0 : to - from - countBits(validity, to - from)
  return { nullCount, validity, buffers: sliceBuffers(column, from, to) }
}

function sliceBuffers({ column, offsets, values }: DecodedColumn, from: number, to: number): Uint8Array[] {
  if (offsets !== undefined) {
    const start = offsets[from]!
    const rebased = offsets.slice(from, to + 1).map((offset) => offset - start)
    return [new Uint8Array(rebased.buffer), values.subarray(start, offsets[to]!)]
  }
  const size = valueBytes[column.layout.kind]
  return [size === undefined ? sliceBits(values, from, to) : values.subarray(from * size, to * size)]
}

function sliceBits(bits: Uint8Array, from: number, to: number): Uint8Array {
  const sliced = new Uint8Array((to - from + 7) >> 3)
  for (let i = from; i < to; i++) {
    if ((bits[i >> 3]! >> (i & 7)) & 1) sliced[(i - from) >> 3]! |= 1 << ((i - from) & 7)
  }
  return sliced
}

function countBits(bits: Uint8Array, length: number): number {
  let count = 0
  for (let i = 0; i < length; i++) count += (bits[i >> 3]! >> (i & 7)) & 1
  return count
}
