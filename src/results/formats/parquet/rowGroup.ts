import { Compression, EnabledStatistics, Table, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm'
import { isStoredAsIs, type Column } from '../../../arrow/columns.ts'
import { decodeBatches } from '../../../arrow/decode.ts'
import { encodeSchema, endOfStream } from '../../../arrow/encode.ts'
import { encodeSlice } from '../../../arrow/slice.ts'
import { version } from '../../../version.ts'
import { decompressNow } from '../../frames.ts'
import { release } from '../../release.ts'
import { takeApart, type ParquetParts } from './footer.ts'

/** A part of a result that is to become pages of a Parquet file. */
export interface RowGroupTask {
  /** As {@link parquetColumns} has them. */
  columns: readonly Column[]
  chunks: RowGroupChunk[]
  /** Where in the file the pages will stand. */
  offset: number
}

/** Rows `from` to `to` (exclusive) of a chunk. */
export interface RowGroupChunk {
  frame: Uint8Array
  rawBytes: number
  /** Row of the result with which the chunk begins. */
  firstRow: number
  rows: number
  from: number
  to: number
}

/** Makes the pages and the row groups of a part of a result; without chunks, the footer alone. */
export function encodeRowGroup({ columns, chunks, offset }: RowGroupTask): ParquetParts {
  const bodies = chunks.flatMap(({ frame, rawBytes, firstRow, rows, from, to }) => {
    const body = decompressNow(Buffer.from(frame.buffer, frame.byteOffset, frame.length), rawBytes)
    const isWhole = from === 0 && to === rows
    return isWhole && isStoredAsIs(columns, firstRow) ? body : cut(body, columns, firstRow, from, to)
  })
  const stream = Buffer.concat([encodeSchema(uniquelyNamed(columns)), ...bodies, endOfStream])
  bodies.forEach(release)
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setStatisticsEnabled(EnabledStatistics.Chunk)
    .setCreatedBy(`sluice ${version}`)
    .build()
  const table = Table.fromIPCStream(stream)
  release(stream)
  const { buffer, byteOffset, length } = writeParquet(table, properties)
  return takeApart(Buffer.from(buffer, byteOffset, length), offset)
}

function cut(body: Buffer, columns: readonly Column[], firstRow: number, from: number, to: number): Buffer[] {
  const pieces: Buffer[] = []
  let start = 0
  for (const batch of decodeBatches(body, columns, firstRow)) {
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
