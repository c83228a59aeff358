import type { Column } from '../../arrow/columns.ts'
import { decodeBatches, type DecodedBatch } from '../../arrow/decode.ts'
import type { Manifest } from '../manifest.ts'
import { chunkBody, type RowWindow } from '../readChunks.ts'
import type { ReadChunk } from '../store.ts'
import { release } from '../release.ts'
import { csvHeader, csvRows } from './csvRows.ts'
import { jsonLines, jsonRows } from './jsonRows.ts'
import { rowMargin, type RowWriter } from './rowWriter.ts'
import { TextBuffer } from './textBuffer.ts'

/** The text formats that are made from Arrow batches as a stream. */
export type TextFormat = 'json' | 'ndjson' | 'csv'

/** Text goes out in pieces of about so many bytes. */
const pieceBytes = 128 * 1024

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
  for await (const chunk of chunks) {
    let batchStart = chunk.firstRow
    const body = await chunkBody(chunk)
    chunk.release()
    for (const batch of decodeBatches(body, manifest.columns)) {
      const writeRow = rows(batch, out)
      const to = Math.min(batch.rows, window.to - batchStart)
      for (let row = Math.max(0, window.from - batchStart); row < to; row++) {
        if (!first) out.write(between)
        first = false
        writeRow(row)
        if (out.at >= pieceBytes) yield out.take()
      }
      batchStart += batch.rows
    }
    release(body)
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

/** Columns as clients see them. */
export function publicColumns(columns: readonly Column[]): { name: string; type: string; nullable: true }[] {
  return columns.map(({ name, type }) => ({ name, type, nullable: true }))
}
