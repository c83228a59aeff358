import { storedLayout, type Column } from '../arrow/columns.ts'
import { decodeBatches } from '../arrow/decode.ts'
import type { DecodedBatch } from '../arrow/decodedColumn.ts'
import { encodeSlice } from '../arrow/slice.ts'
import { compress, decompress } from './frames.ts'

/** A preview has no more rows. */
export const mostFirstRows = 1_000
/** The 64 KiB of JSON of a preview are mostly in so much Arrow. */
const mostBytes = 256 * 1024

/**
 * The first rows of a result in S3, which the manifest keeps: what is asked about a query does
 * not depend on S3.
 *
 * @param columns the columns of the result, as of its first chunk or later
 * @param frame its first chunk
 * @returns a zstd frame of the rows in the layout of that chunk
 */
export async function firstRowsOf(columns: readonly Column[], frame: Buffer, rawBytes: number): Promise<Buffer> {
  const stored = columns.map((column) => ({ name: column.name, type: column.type, layout: storedLayout(column, 0) }))
  for (const batch of decodeBatches(await decompress(frame, rawBytes), stored, 0)) {
    return await compress(beginning(batch, rawBytes / batch.rows))
  }
  throw new Error('A chunk holds no rows')
}

/** The Arrow messages in a frame that {@link firstRowsOf} made. */
export function readFirstRows(frame: Buffer): Promise<Buffer> {
  return decompress(frame, mostBytes)
}

function beginning(batch: DecodedBatch, bytesPerRow: number): Buffer {
  let rows = Math.min(mostFirstRows, batch.rows, Math.floor(mostBytes / bytesPerRow))
  let message = encodeSlice(batch, 0, rows)
  while (message.length > mostBytes && rows > 0) {
    rows >>= 1
    message = encodeSlice(batch, 0, rows)
  }
  return message
}
