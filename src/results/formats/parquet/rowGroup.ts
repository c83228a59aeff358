import { Compression, EnabledStatistics, Table, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm'
import type { Column } from '../../../arrow/columns.ts'
import { decodeBatches } from '../../../arrow/decode.ts'
import { encodeSchema, endOfStream } from '../../../arrow/encode.ts'
import { encodeSlice } from '../../../arrow/slice.ts'
import { version } from '../../../version.ts'
import { decompressNow } from '../../frames.ts'
import { takeApart, type ParquetParts } from './footer.ts'

/** A part of a result that is to become pages of a Parquet file. */
export interface RowGroupTask {
  columns: readonly Column[]
  chunks: { frame: Uint8Array; rawBytes: number; from: number; to: number; rows: number }[]
  /** Where in the file the pages will stand. */
  offset: number
}

/** Makes the pages and the row groups of a part of a result; without chunks, the footer alone. */
export function encodeRowGroup({ columns, chunks, offset }: RowGroupTask): ParquetParts {
  const stream = Buffer.concat([
    encodeSchema(uniquelyNamed(columns)),
    ...chunks.flatMap(({ frame, rawBytes, from, to, rows }) => {
      const body = decompressNow(Buffer.from(frame.buffer, frame.byteOffset, frame.length), rawBytes)
      return from === 0 && to === rows ? body : cut(body, columns, from, to)
    }),
    endOfStream,
  ])
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setStatisticsEnabled(EnabledStatistics.Chunk)
    .setCreatedBy(`sluice ${version}`)
    .build()
  const { buffer, byteOffset, length } = writeParquet(Table.fromIPCStream(stream), properties)
  return takeApart(Buffer.from(buffer, byteOffset, length), offset)
}

function cut(body: Buffer, columns: readonly Column[], from: number, to: number): Buffer[] {
  const pieces: Buffer[] = []
  let start = 0
  for (const batch of decodeBatches(body, columns)) {
    const [first, end] = [Math.max(0, from - start), Math.min(batch.rows, to - start)]
    if (first < end) pieces.push(encodeSlice(batch, first, end))
    start += batch.rows
  }
  return pieces
}

/** Parquet tells columns by their names: those that repeat get `_1`, `_2` … behind them. */
export function uniquelyNamed(columns: readonly Column[]): Column[] {
  const taken = new Set(columns.map(({ name }) => name))
  const seen = new Set<string>()
  return columns.map((column) => {
    let { name } = column
    for (let n = 1; seen.has(name) || (name !== column.name && taken.has(name)); n++) name = `${column.name}_${n}`
    seen.add(name)
    return { ...column, name }
  })
}
