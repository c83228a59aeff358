import type { Column } from '../../arrow/columns.ts'
import { decodeBatches, type DecodedBatch } from '../../arrow/decode.ts'
import type { Manifest } from '../manifest.ts'
import { chunkBody, type ReadChunk, type RowWindow } from '../readChunks.ts'
import { release } from '../release.ts'
import { csvHeader, csvRows } from './csvRows.ts'
import { jsonRows } from './jsonRows.ts'

/** The text formats that are made from Arrow batches as a stream. */
export type TextFormat = 'json' | 'ndjson' | 'csv'

/** Text goes out in pieces of about so many characters. */
const pieceLength = 64 * 1024

/** A result in a text format, piece by piece. */
export async function* formatText(
  format: TextFormat,
  manifest: Manifest,
  chunks: AsyncIterable<ReadChunk>,
  window: RowWindow,
): AsyncGenerator<string> {
  const { head, rows, separator, tail } = textFormats[format]
  let piece = head(manifest.columns)
  let first = true
  for await (const chunk of chunks) {
    let batchStart = chunk.firstRow
    const body = await chunkBody(chunk)
    chunk.release()
    for (const batch of decodeBatches(body, manifest.columns)) {
      const text = rows(batch)
      const end = Math.min(batch.rows, window.to - batchStart)
      for (let row = Math.max(0, window.from - batchStart); row < end; row++) {
        piece += first ? text(row) : separator + text(row)
        first = false
        if (piece.length >= pieceLength) {
          yield piece
          piece = ''
        }
      }
      batchStart += batch.rows
    }
    release(body)
  }
  yield piece + tail
}

interface TextFormatParts {
  head: (columns: readonly Column[]) => string
  rows: (batch: DecodedBatch) => (row: number) => string
  separator: string
  tail: string
}

const textFormats: Record<TextFormat, TextFormatParts> = {
  json: {
    head: (columns) => `{"columns":${JSON.stringify(publicColumns(columns))},"rows":[`,
    rows: jsonRows,
    separator: ',',
    tail: ']}',
  },
  ndjson: {
    head: () => '',
    rows: (batch) => {
      const json = jsonRows(batch)
      return (row) => `${json(row)}\n`
    },
    separator: '',
    tail: '',
  },
  csv: {
    head: (columns) => csvHeader(columns.map((column) => column.name)),
    rows: csvRows,
    separator: '',
    tail: '',
  },
}

/** Columns as clients see them. */
export function publicColumns(columns: readonly Column[]): { name: string; type: string; nullable: true }[] {
  return columns.map(({ name, type }) => ({ name, type, nullable: true }))
}
