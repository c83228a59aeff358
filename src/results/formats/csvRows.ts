import type { DecodedBatch, DecodedColumn } from '../../arrow/decodedColumn.ts'
import { valueText } from '../../arrow/text/valueText.ts'
import { writeHex } from './digits.ts'
import { fixedCells, type CellWriter } from './fixedCells.ts'
import { rowWriter, type RowWriter } from './rowWriter.ts'
import type { TextBuffer } from './textBuffer.ts'

const lineEnd = '\r\n'
const needsQuotes = /[",\r\n]/
const quote = 0x22
const comma = 0x2c
const [carriageReturn, lineFeed] = [0x0d, 0x0a]
const special = Uint8Array.from({ length: 256 }, (_, byte) => (needsQuotes.test(String.fromCharCode(byte)) ? 1 : 0))

/** The header line (RFC 4180). */
export function csvHeader(names: readonly string[]): string {
  return names.map(quoted).join() + lineEnd
}

/** Writes lines of rows (RFC 4180): null is empty, the empty string is `""`. */
export function csvRows(batch: DecodedBatch, out: TextBuffer): RowWriter {
  const row = rowWriter(batch, out, { cell: csvCell, null: '' })
  return (n) => {
    row(n)
    out.bytes[out.at] = carriageReturn
    out.bytes[out.at + 1] = lineFeed
    out.at += 2
  }
}

function csvCell(column: DecodedColumn, out: TextBuffer): CellWriter {
  const fixed = fixedCells(column, out)
  if (fixed !== undefined) return fixed
  switch (column.column.layout.kind) {
    case 'utf8':
    case 'json':
      return textCell(column, out)
    case 'binary':
      return hexCell(column, out)
    default: {
      const text = valueText(column)
      return (row) => out.write(quoted(text(row)))
    }
  }
}

function textCell({ offsets, values }: DecodedColumn, out: TextBuffer): CellWriter {
  // Most columns hold nothing that needs quotes, which a look at all their bytes shows at once.
  const isPlain = ![quote, comma, carriageReturn, lineFeed].some((byte) => values.includes(byte))
  return (row) => {
    const [start, end] = [offsets![row]!, offsets![row + 1]!]
    // Every byte may be a quote, which is written twice.
    out.reserve(2 * (end - start))
    if (start === end) writeQuoted(values, start, end, out)
    else if (isPlain || !hasSpecial(values, start, end)) out.copy(values, start, end)
    else writeQuoted(values, start, end, out)
  }
}

function hasSpecial(values: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (special[values[i]!] === 1) return true
  return false
}

function writeQuoted(values: Uint8Array, start: number, end: number, out: TextBuffer): void {
  const { bytes } = out
  let { at } = out
  bytes[at++] = quote
  for (let i = start; i < end; i++) {
    const byte = values[i]!
    if (byte === quote) bytes[at++] = quote
    bytes[at++] = byte
  }
  bytes[at++] = quote
  out.at = at
}

function hexCell({ offsets, values }: DecodedColumn, out: TextBuffer): CellWriter {
  return (row) => {
    const [start, end] = [offsets![row]!, offsets![row + 1]!]
    out.reserve(2 * (end - start))
    out.bytes[out.at++] = 0x5c
    out.bytes[out.at++] = 0x78
    for (let i = start; i < end; i++) out.at = writeHex(out.bytes, out.at, values[i]!)
  }
}

function quoted(text: string): string {
  return text === '' || needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
