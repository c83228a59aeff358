import type { ColumnData, ColumnLayout } from './columns.ts'
import type { DecodedBatch, DecodedColumn } from './decodedColumn.ts'
import { encodeBatch } from './encode.ts'

const valueBytes: Partial<Record<ColumnLayout['kind'], number>> = {
  int16: 2,
  int32: 4,
  int64: 8,
  uint32: 4,
  uint64: 8,
  float32: 4,
  float64: 8,
  decimal128: 16,
  decimal256: 32,
  uuid: 16,
  date32: 4,
  time64: 8,
  timestamp: 8,
  interval: 16,
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
  return { length: to - from, nullCount, validity, ...sliceValues(column, from, to) }
}

function sliceValues(
  { column, offsets, values, children }: DecodedColumn,
  from: number,
  to: number,
): Pick<ColumnData, 'buffers' | 'children'> {
  const { kind } = column.layout
  if (kind === 'struct') return { buffers: [], children: children.map((child) => sliceColumn(child, from, to)) }
  if (offsets !== undefined) {
    const start = offsets[from]!
    const end = offsets[to]!
    const rebased = new Uint8Array(offsets.slice(from, to + 1).map((offset) => offset - start).buffer)
    return kind === 'list'
      ? { buffers: [rebased], children: children.map((child) => sliceColumn(child, start, end)) }
      : { buffers: [rebased, values.subarray(start, end)], children: [] }
  }
  const size = valueBytes[kind]
  const sliced = size === undefined ? sliceBits(values, from, to) : values.subarray(from * size, to * size)
  return { buffers: [sliced], children: [] }
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
