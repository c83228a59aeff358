import type { Column } from '../../arrow/columns.ts'
import type { DecodedBatch } from '../../arrow/decodedColumn.ts'
import type { Manifest } from '../manifest.ts'
import type { RowWindow } from '../readChunks.ts'
import type { ReadChunk } from '../store.ts'
import { csvHeader, csvRows } from './csvRows.ts'
import { jsonLines, jsonRows } from './jsonRows.ts'
import { publicColumns } from './publicColumns.ts'
import { rowMargin, type RowWriter } from './rowWriter.ts'
import { pieceBytes, TextBuffer } from './textBuffer.ts'
import { windowBatches } from './windowBatches.ts'

/** The text formats that are made from Arrow batches as a stream. */
export type TextFormat = 'json' | 'ndjson' | 'csv'

/** A result in a text format, piece by piece. A piece is valid until the next one is asked for. */
export async function* formatText(
  format: TextFormat,
  manifest: Manifest,
  chunks: AsyncIterable<ReadChunk>,
  window: RowWindow,
): AsyncGenerator<Uint8Array> {
  const { head, rows, between, tail } = textFormats[format]
  const out = new TextBuffer(pieceBytes, rowMargin(manifest.columns.length))
  out.write(head(manifest.columns))
  let first = true
  for await (const { batch, from, to } of windowBatches(manifest, chunks, window)) {
    const writeRow = rows(batch, out)
    for (let row = from; row < to; row++) {
      if (!first) out.write(between)
      first = false
      writeRow(row)
      if (out.at >= pieceBytes) yield out.take()
    }
  }
  out.write(tail)
  yield out.take()
}

interface TextFormatParts {
  head: (columns: readonly Column[]) => string
  rows: (batch: DecodedBatch, out: TextBuffer) => RowWriter
  between: string
  tail: string
}

const textFormats: Record<TextFormat, TextFormatParts> = {
  json: {
    head: (columns) => `{"columns":${JSON.stringify(publicColumns(columns))},"rows":[`,
    rows: jsonRows,
    between: ',',
    tail: ']}',
  },
  ndjson: { head: () => '', rows: jsonLines, between: '', tail: '' },
  csv: { head: (columns) => csvHeader(columns.map((column) => column.name)), rows: csvRows, between: '', tail: '' },
}
