import { isNull, type DecodedColumn } from '../decodedColumn.ts'
import { arrayItem, arrayLiteral, rowLiteral } from './literalText.ts'
import { decimal128Text, decimal256Text, float32Text, floatText, int64Text } from './numberText.ts'
import { dateText, intervalText, timestampText, timeText } from './timeText.ts'
import { uuidText } from './uuidText.ts'

/** The text of value `row`, which is not null. */
export type ValueText = (row: number) => string

/**
 * The text form of a column's values, exact for every value: what CSV shows, and what JSON
 * shows in quotes or, for some layouts, bare. docs/types.md lists the forms.
 */
export function valueText({ column: { layout }, offsets, values, children }: DecodedColumn): ValueText {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  switch (layout.kind) {
    case 'bool':
      return (row) => ((values[row >> 3]! >> (row & 7)) & 1 ? 'true' : 'false')
    case 'int16':
      return (row) => String(view.getInt16(2 * row, true))
    case 'int32':
      return (row) => String(view.getInt32(4 * row, true))
    case 'int64':
      return (row) => int64Text(view, 8 * row)
    case 'uint32':
      return (row) => String(view.getUint32(4 * row, true))
    case 'uint64':
      return (row) => view.getBigUint64(8 * row, true).toString()
    case 'float32':
      return (row) => float32Text(view.getFloat32(4 * row, true))
    case 'float64':
      return (row) => floatText(view.getFloat64(8 * row, true))
    case 'decimal128':
      return (row) => decimal128Text(view, 16 * row, layout.scale)
    case 'decimal256':
      return (row) => decimal256Text(view, 32 * row, layout.scale)
    case 'uuid':
      return (row) => uuidText(values, 16 * row)
    case 'date32':
      return (row) => dateText(view.getInt32(4 * row, true))
    case 'time64':
      return (row) => timeText(view.getInt32(8 * row + 4, true) * 2 ** 32 + view.getUint32(8 * row, true))
    case 'timestamp':
      return (row) => timestampText(view.getInt32(8 * row + 4, true), view.getUint32(8 * row, true), layout.zoned)
    case 'interval':
      return (row) =>
        intervalText(
          view.getInt32(16 * row, true),
          view.getInt32(16 * row + 4, true),
          view.getBigInt64(16 * row + 8, true) / 1000n,
        )
    case 'binary': {
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
      return (row) => `\\x${bytes.toString('hex', offsets![row]!, offsets![row + 1]!)}`
    }
    case 'utf8':
    case 'json': {
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
      return (row) => bytes.toString('utf8', offsets![row]!, offsets![row + 1]!)
    }
    case 'list':
      return listText(offsets!, children[0]!)
    case 'struct': {
      const texts = children.map(valueText)
      return (row) => rowLiteral(children.map((child, i) => (isNull(child, row) ? null : texts[i]!(row))))
    }
  }
}

/** As PostgreSQL writes arrays: `{1,NULL,3}`. */
function listText(offsets: Int32Array, items: DecodedColumn): ValueText {
  const text = valueText(items)
  const isDimension = items.column.layout.kind === 'list'
  const item = (row: number): string => (isDimension ? text(row) : arrayItem(isNull(items, row) ? null : text(row)))
  return (row) => {
    const from = offsets[row]!
    return arrayLiteral(Array.from({ length: offsets[row + 1]! - from }, (_, i) => item(from + i)))
  }
}
