import { Packr } from 'msgpackr'
import { isNull } from '../../arrow/decodedColumn.ts'
import type { Manifest } from '../manifest.ts'
import type { RowWindow } from '../readChunks.ts'
import type { ReadChunk } from '../store.ts'
import { packedValues } from './packedValues.ts'
import { publicColumns } from './publicColumns.ts'
import { pieceBytes, TextBuffer } from './textBuffer.ts'
import { windowBatches } from './windowBatches.ts'

const scratchBytes = 16 * 1024

/**
 * A result as a sequence of MessagePack values: `{columns: […]}`, then one array a row. A
 * piece is valid until the next one is asked for.
 */
export async function* formatMsgpack(
  manifest: Manifest,
  chunks: AsyncIterable<ReadChunk>,
  window: RowWindow,
): AsyncGenerator<Uint8Array> {
  const out = new TextBuffer(pieceBytes, 0)
  const packr = new Packr({ useRecords: false, variableMapSize: true })
  const scratch = Buffer.allocUnsafeSlow(scratchBytes)
  const write = (value: unknown): void => {
    // Anew each time, else a large row would leave msgpackr with a large buffer for ever.
    packr.useBuffer(scratch)
    const packed = packr.pack(value)
    out.copy(packed, 0, packed.length)
  }
  write({ columns: publicColumns(manifest.columns) })
  for await (const { batch, from, to } of windowBatches(manifest, chunks, window)) {
    const values = batch.columns.map(packedValues)
    for (let row = from; row < to; row++) {
      write(values.map((value, i) => (isNull(batch.columns[i]!, row) ? null : value(row))))
      if (out.at >= pieceBytes) yield out.take()
    }
  }
  yield out.take()
}
