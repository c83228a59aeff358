import { isNull, type DecodedBatch, type DecodedColumn } from '../../arrow/decode.ts'
import { isBareInJson, valueText } from './values.ts'

/** The JSON text of row `row` of a column. */
type CellJson = (row: number) => string

/**
 * Makes the JSON text of rows: `[value,…]`. int8 and numeric are strings, so that nothing is
 * rounded; NaN and infinities, which JSON has no number for, are strings; json is embedded.
 */
export function jsonRows(batch: DecodedBatch): (row: number) => string {
  const cells = batch.columns.map(cellJson)
  return (row) => {
    let text = '['
    for (let i = 0; i < cells.length; i++) text += i === 0 ? cells[i]!(row) : `,${cells[i]!(row)}`
    return `${text}]`
  }
}

function cellJson(column: DecodedColumn): CellJson {
  const format = notNullJson(column)
  return column.validity === undefined ? format : (row) => (isNull(column, row) ? 'null' : format(row))
}

function notNullJson(column: DecodedColumn): CellJson {
  const text = valueText(column)
  const { kind } = column.column.layout
  switch (kind) {
    case 'float32':
    case 'float64':
      return (row) => {
        const value = text(row)
        return value === 'NaN' || value.endsWith('Infinity') ? `"${value}"` : value
      }
    case 'json':
      // Line breaks occur only between tokens; without them a row stays on its line.
      return (row) => text(row).replace(/[\r\n]/g, ' ')
    case 'utf8':
    case 'binary':
      return (row) => JSON.stringify(text(row))
    default:
      return isBareInJson(kind) ? text : (row) => `"${text(row)}"`
  }
}
