import type { Manifest } from '../../manifest.ts'
import type { RowWindow } from '../../readChunks.ts'
import type { ReadChunk } from '../../store.ts'
import { Turns } from '../../turns.ts'
import { ParquetEncoder } from './encoder.ts'
import { fileEnd, fileStart, type ParquetParts } from './footer.ts'
import { parquetColumns } from './parquetColumns.ts'
import type { RowGroupTask } from './rowGroup.ts'

/**
 * Chunks become one row group until they have so many bytes before compression: what it takes
 * to make one and what a slow client holds of it are bounded, whatever the size of the result.
 */
const rowGroupBytes = 4 * 1024 * 1024

/** One download's row group is made while the chunks of another's are fetched. */
const turns = new Turns(2)
const encoder = new ParquetEncoder()

/** A result as a Parquet file, row group by row group. A piece is valid until the next one is asked for. */
export async function* formatParquet(
  { columns: stored, complete }: Manifest,
  chunks: AsyncIterable<ReadChunk>,
  window: RowWindow,
): AsyncGenerator<Uint8Array> {
  const columns = parquetColumns(stored)
  const rowGroups: Uint8Array[] = []
  let [offset, rows] = [fileStart.length, 0]
  let footer: Uint8Array | undefined
  const source = chunks[Symbol.asyncIterator]()
  const make = async (gathered: Gathered): Promise<Gathered & { parts: ParquetParts | undefined }> => {
    const isNeeded = gathered.chunks.length > 0 || footer === undefined
    const parts = isNeeded ? await encoder.encode({ columns, chunks: gathered.chunks, offset }) : undefined
    return { ...gathered, parts }
  }
  yield fileStart
  try {
    for (;;) {
      // Whoever waits for a query to go on is not to keep others waiting.
      const { parts, ...made } = complete
        ? await turns.take(async () => make(await gather(source, window)))
        : await make(await gather(source, window))
      rows += made.rows
      if (parts !== undefined) {
        const { pages } = parts
        footer = new Uint8Array(parts.footer)
        rowGroups.push(...parts.rowGroups)
        offset += pages.length
        yield pages
        // Given back at once, as megabytes that wait for a garbage collection add up.
        ;(pages.buffer as ArrayBuffer).transfer(0)
      }
      if (made.isLast) break
    }
  } finally {
    await source.return?.()
  }
  yield fileEnd(footer!, columns, rows, rowGroups)
}

interface Gathered {
  chunks: RowGroupTask['chunks']
  rows: number
  /** There are no more chunks. */
  isLast: boolean
}

/** The chunks of the next row group. */
async function gather(source: AsyncIterator<ReadChunk>, window: RowWindow): Promise<Gathered> {
  const gathered: Gathered = { chunks: [], rows: 0, isLast: false }
  for (let bytes = 0; bytes < rowGroupBytes;) {
    const next = await source.next()
    if (next.done) return { ...gathered, isLast: true }
    const { value: chunk } = next
    const from = Math.max(0, window.from - chunk.firstRow)
    const to = Math.min(chunk.rows, window.to - chunk.firstRow)
    // A copy that can be handed over to the thread.
    const frame = new Uint8Array(chunk.frame)
    gathered.chunks.push({ frame, rawBytes: chunk.rawBytes, firstRow: chunk.firstRow, rows: chunk.rows, from, to })
    gathered.rows += to - from
    bytes += chunk.rawBytes
    chunk.release()
  }
  return gathered
}
