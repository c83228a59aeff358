import { decodeBatches } from '../../arrow/decode.ts'
import type { DecodedBatch } from '../../arrow/decodedColumn.ts'
import type { Manifest } from '../manifest.ts'
import { chunkBody, type RowWindow } from '../readChunks.ts'
import type { ReadChunk } from '../store.ts'
import { release } from '../release.ts'

/** Rows `from` to `to` (exclusive) of a batch. */
export interface BatchRows {
  batch: DecodedBatch
  from: number
  to: number
}

/** The rows of a window, batch by batch. A batch is valid until the next one is asked for. */
export async function* windowBatches(
  manifest: Manifest,
  chunks: AsyncIterable<ReadChunk>,
  window: RowWindow,
): AsyncGenerator<BatchRows> {
  for await (const chunk of chunks) {
    let batchStart = chunk.firstRow
    const body = await chunkBody(chunk)
    chunk.release()
    for (const batch of decodeBatches(body, manifest.columns, chunk.firstRow)) {
      const from = Math.max(0, window.from - batchStart)
      const to = Math.min(batch.rows, window.to - batchStart)
      if (from < to) yield { batch, from, to }
      batchStart += batch.rows
    }
    release(body)
  }
}
