import type { DecodedColumn } from '../../arrow/decodedColumn.ts'
import { valueText } from '../../arrow/text/valueText.ts'
import { minus, writeAscii, writeDate, writeDecimal, writeInteger, writeTimestamp, writeUuid } from './digits.ts'
import type { TextBuffer } from './textBuffer.ts'

/** Writes the cell of a row, which is not null. */
export type CellWriter = (row: number) => void

/** No cell of {@link fixedCells} is longer, separators and quotes around it included. */
export const mostFixedBytes = 64

/** A 64-bit integer is handled as a double while its upper half is within these. */
const exactHigh = 0x200000

/**
 * Writes the text of values that have a short one: what `valueText` makes, without the
 * strings between. The room is that of the margin. Undefined for layouts
 * whose text can be long, or is rare enough to be made by `valueText` alone.
 */
export function fixedCells(column: DecodedColumn, out: TextBuffer): CellWriter | undefined {
  const { values } = column
  const { layout } = column.column
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  const plain = (row: number): void => {
    out.at = writeAscii(out.bytes, out.at, text(row))
  }
  const text = (row: number): string => (slow ??= valueText(column))(row)
  let slow: ((row: number) => string) | undefined
  switch (layout.kind) {
    case 'bool': {
      const [yes, no] = [Buffer.from('true'), Buffer.from('false')]
      return (row) => {
        const word = (values[row >> 3]! >> (row & 7)) & 1 ? yes : no
        for (let i = 0; i < word.length; i++) out.bytes[out.at + i] = word[i]!
        out.at += word.length
      }
    }
    case 'int16':
      return (row) => writeSigned(out, view.getInt16(2 * row, true))
    case 'int32':
      return (row) => writeSigned(out, view.getInt32(4 * row, true))
    case 'uint32':
      return (row) => writeSigned(out, view.getUint32(4 * row, true))
    case 'int64':
      return (row) => {
        const high = view.getInt32(8 * row + 4, true)
        if (high < exactHigh && high >= -exactHigh) writeSigned(out, high * 2 ** 32 + view.getUint32(8 * row, true))
        else plain(row)
      }
    case 'float64':
      return (row) => {
        const value = view.getFloat64(8 * row, true)
        // Whole numbers are digits; what String() gives others is the shortest exact text already.
        if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeSigned(out, value)
        else plain(row)
      }
    case 'float32':
    case 'uint64':
    case 'time64':
      return plain
    case 'decimal128':
      return (row) => {
        const low = view.getUint32(16 * row, true)
        const high = view.getInt32(16 * row + 4, true)
        const sign = high < 0 ? -1 : 0
        const isSmall =
          high < exactHigh &&
          high >= -exactHigh &&
          view.getInt32(16 * row + 8, true) === sign &&
          view.getInt32(16 * row + 12, true) === sign
        if (!isSmall) return plain(row)
        let value = high * 2 ** 32 + low
        if (value < 0) {
          out.bytes[out.at++] = minus
          value = -value
        }
        out.at = writeDecimal(out.bytes, out.at, value, layout.scale)
      }
    case 'uuid':
      return (row) => {
        out.at = writeUuid(out.bytes, out.at, values, 16 * row)
      }
    case 'date32':
      return (row) => {
        out.at = writeDate(out.bytes, out.at, view.getInt32(4 * row, true))
      }
    case 'timestamp':
      return (row) => {
        const high = view.getInt32(8 * row + 4, true)
        if (high >= exactHigh || high < -exactHigh) return plain(row)
        const value = high * 2 ** 32 + view.getUint32(8 * row, true)
        out.at = writeTimestamp(out.bytes, out.at, value, layout.zoned)
      }
    default:
      return undefined
  }
}

function writeSigned(out: TextBuffer, value: number): void {
  if (value < 0) {
    out.bytes[out.at++] = minus
    value = -value
  }
  out.at = writeInteger(out.bytes, out.at, value)
}
