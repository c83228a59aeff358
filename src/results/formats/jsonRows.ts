import { isNull, type DecodedBatch, type DecodedColumn } from '../../arrow/decodedColumn.ts'
import { valueText } from '../../arrow/text/valueText.ts'
import { writeAscii, writeHex } from './digits.ts'
import { fixedCells, type CellWriter } from './fixedCells.ts'
import { rowWriter, type RowWriter } from './rowWriter.ts'
import type { TextBuffer } from './textBuffer.ts'
import { isBareInJson } from './bareInJson.ts'

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const [openBracket, closeBracket] = [0x5b, 0x5d]
const [openBrace, closeBrace] = [0x7b, 0x7d]
const [carriageReturn, lineFeed, space] = [0x0d, 0x0a, 0x20]

/**
 * Writes the JSON text of rows: `[value,…]`. int8 and numeric are strings, so that nothing is
 * rounded; NaN and infinities, which JSON has no number for, are strings; json is embedded;
 * arrays are arrays, values of composite types are objects.
 */
export function jsonRows(batch: DecodedBatch, out: TextBuffer): RowWriter {
  const cells = rowWriter(batch, out, { cell: jsonCell, null: 'null' })
  return (row) => {
    out.reserve(0)
    out.bytes[out.at++] = openBracket
    cells(row)
    out.bytes[out.at++] = closeBracket
  }
}

/** The same with a line break after each. */
export function jsonLines(batch: DecodedBatch, out: TextBuffer): RowWriter {
  const json = jsonRows(batch, out)
  return (row) => {
    json(row)
    out.bytes[out.at++] = lineFeed
  }
}

function jsonCell(column: DecodedColumn, out: TextBuffer): CellWriter {
  const { kind } = column.column.layout
  switch (kind) {
    case 'float32':
    case 'float64':
      return floatCell(column, out)
    case 'json':
      return embeddedCell(column, out)
    case 'utf8':
      return textCell(column, out)
    case 'binary':
      return hexCell(column, out)
    case 'list':
      return listCell(column, out)
    case 'struct':
      return structCell(column, out)
  }
  const fixed = fixedCells(column, out)
  if (fixed === undefined) return otherCell(column, out)
  if (isBareInJson(kind)) return fixed
  return (row) => {
    out.bytes[out.at++] = quote
    fixed(row)
    out.bytes[out.at++] = quote
  }
}

/** A cell that may be null, with the margin before it and after it. */
function innerCell(column: DecodedColumn, out: TextBuffer): CellWriter {
  const cell = jsonCell(column, out)
  return (row) => {
    out.reserve(0)
    if (isNull(column, row)) out.at = writeAscii(out.bytes, out.at, 'null')
    else cell(row)
    out.reserve(0)
  }
}

function listCell({ offsets, children }: DecodedColumn, out: TextBuffer): CellWriter {
  const item = innerCell(children[0]!, out)
  return (row) => {
    const [start, end] = [offsets![row]!, offsets![row + 1]!]
    out.bytes[out.at++] = openBracket
    for (let i = start; i < end; i++) {
      if (i > start) out.bytes[out.at++] = comma
      item(i)
    }
    out.bytes[out.at++] = closeBracket
  }
}

function structCell({ children }: DecodedColumn, out: TextBuffer): CellWriter {
  const parts = children.map((child) => ({
    key: Buffer.from(`${JSON.stringify(child.column.name)}:`),
    value: innerCell(child, out),
  }))
  return (row) => {
    out.bytes[out.at++] = openBrace
    for (const [i, { key, value }] of parts.entries()) {
      if (i > 0) out.bytes[out.at++] = comma
      out.copy(key, 0, key.length)
      value(row)
    }
    out.bytes[out.at++] = closeBrace
  }
}

function floatCell(column: DecodedColumn, out: TextBuffer): CellWriter {
  const { values } = column
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  const number = fixedCells(column, out)!
  const value =
    column.column.layout.kind === 'float64'
      ? (row: number) => view.getFloat64(8 * row, true)
      : (row: number) => view.getFloat32(4 * row, true)
  return (row) => {
    if (Number.isFinite(value(row))) return number(row)
    out.bytes[out.at++] = quote
    number(row)
    out.bytes[out.at++] = quote
  }
}

function otherCell(column: DecodedColumn, out: TextBuffer): CellWriter {
  const text = valueText(column)
  return isBareInJson(column.column.layout.kind)
    ? (row) => out.write(text(row))
    : (row) => out.write(JSON.stringify(text(row)))
}

function embeddedCell({ offsets, values }: DecodedColumn, out: TextBuffer): CellWriter {
  return (row) => {
    const [start, end] = [offsets![row]!, offsets![row + 1]!]
    out.reserve(end - start)
    const { bytes } = out
    let { at } = out
    for (let i = start; i < end; i++) {
      const byte = values[i]!
      // Line breaks occur only between tokens; without them a row stays on its line.
      bytes[at++] = byte === lineFeed || byte === carriageReturn ? space : byte
    }
    out.at = at
  }
}

function textCell({ offsets, values }: DecodedColumn, out: TextBuffer): CellWriter {
  return (row) => {
    const [start, end] = [offsets![row]!, offsets![row + 1]!]
    let extra = 2
    for (let i = start; i < end; i++) extra += escapeBytes[values[i]!]!
    out.reserve(end - start + extra)
    out.bytes[out.at++] = quote
    if (extra === 2) out.copy(values, start, end)
    else writeEscaped(values, start, end, out)
    out.bytes[out.at++] = quote
  }
}

/** The letter after the backslash of each byte that has a short escape; 0 for the others. */
const shortEscapes = new Uint8Array(256)
for (const [byte, letter] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt']) {
  shortEscapes[byte!.charCodeAt(0)] = letter!.charCodeAt(0)
}

/** By how many bytes each byte becomes longer in a JSON string. */
const escapeBytes = shortEscapes.map((letter, byte) => (letter !== 0 ? 1 : byte < 0x20 ? 5 : 0))

function writeEscaped(values: Uint8Array, start: number, end: number, out: TextBuffer): void {
  const { bytes } = out
  let { at } = out
  for (let i = start; i < end; i++) {
    const byte = values[i]!
    if (escapeBytes[byte] === 0) {
      bytes[at++] = byte
      continue
    }
    bytes[at++] = backslash
    if (shortEscapes[byte] === 0) at = writeHex(bytes, writeAscii(bytes, at, 'u00'), byte)
    else bytes[at++] = shortEscapes[byte]!
  }
  out.at = at
}

function hexCell({ offsets, values }: DecodedColumn, out: TextBuffer): CellWriter {
  return (row) => {
    const [start, end] = [offsets![row]!, offsets![row + 1]!]
    out.reserve(2 * (end - start))
    const { bytes } = out
    let at = writeAscii(bytes, out.at, '"\\\\x')
    for (let i = start; i < end; i++) at = writeHex(bytes, at, values[i]!)
    bytes[at++] = quote
    out.at = at
  }
}
