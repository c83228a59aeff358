import type { DecodedBatch, DecodedColumn } from '../../arrow/decodedColumn.ts'
import { mostFixedBytes, type CellWriter } from './fixedCells.ts'
import type { TextBuffer } from './textBuffer.ts'

/** Writes row `row` of a batch. */
export type RowWriter = (row: number) => void

const comma = 0x2c

/** How the cells of a format are written. */
export interface CellFormat {
  cell: (column: DecodedColumn, out: TextBuffer) => CellWriter
  /** Text of a null. */
  null: string
}

/** Bytes that a row can need besides its cells of variable size, which reserve room for themselves. */
export function rowMargin(columns: number): number {
  return (columns + 1) * mostFixedBytes
}

/** Writes the cells of rows with commas between them. The margin of `out` is at least that of {@link rowMargin}. */
export function rowWriter(batch: DecodedBatch, out: TextBuffer, format: CellFormat): RowWriter {
  const cells = batch.columns.map((column) => format.cell(column, out))
  const validities = batch.columns.map((column) => column.validity)
  const nullText = Buffer.from(format.null)
  const count = cells.length
  return (row) => {
    out.reserve(0)
    for (let i = 0; i < count; i++) {
      if (i > 0) out.bytes[out.at++] = comma
      const validity = validities[i]
      if (validity === undefined || (validity[row >> 3]! >> (row & 7)) & 1) cells[i]!(row)
      else out.copy(nullText, 0, nullText.length)
    }
  }
}
