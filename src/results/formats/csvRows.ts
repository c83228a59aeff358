import { isNull, type DecodedBatch, type DecodedColumn } from '../../arrow/decode.ts'
import { valueText } from './values.ts'

const lineEnd = '\r\n'
const needsQuotes = /[",\r\n]/

/** The header line (RFC 4180). */
export function csvHeader(names: readonly string[]): string {
  return names.map(quoted).join() + lineEnd
}

/** Makes lines of rows (RFC 4180): null is empty, the empty string is `""`. */
export function csvRows(batch: DecodedBatch): (row: number) => string {
  const cells = batch.columns.map(cellText)
  return (row) => {
    let line = ''
    for (let i = 0; i < cells.length; i++) line += i === 0 ? cells[i]!(row) : `,${cells[i]!(row)}`
    return line + lineEnd
  }
}

function cellText(column: DecodedColumn): (row: number) => string {
  const text = valueText(column)
  const { kind } = column.column.layout
  const format = kind === 'utf8' || kind === 'json' ? (row: number): string => quoted(text(row)) : text
  return column.validity === undefined ? format : (row) => (isNull(column, row) ? '' : format(row))
}

function quoted(text: string): string {
  return text === '' || needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
