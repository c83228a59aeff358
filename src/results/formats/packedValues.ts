import { addExtension } from 'msgpackr'
import { isNull, type DecodedColumn } from '../../arrow/decodedColumn.ts'
import { valueText } from '../../arrow/text/valueText.ts'

/** The value of row `row`, which is not null, as msgpackr takes it. */
export type PackedValue = (row: number) => unknown

/**
 * The values of a column for MessagePack: integers, floats, booleans, bytes, arrays and maps as such, exact;
 * everything else as the text that JSON and CSV have, since MessagePack has no type for it
 * that decoders would not round.
 */
export function packedValues(column: DecodedColumn): PackedValue {
  const { offsets, values } = column
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  switch (column.column.layout.kind) {
    case 'bool':
      return (row) => ((values[row >> 3]! >> (row & 7)) & 1) === 1
    case 'int16':
      return (row) => view.getInt16(2 * row, true)
    case 'int32':
      return (row) => view.getInt32(4 * row, true)
    case 'uint32':
      return (row) => view.getUint32(4 * row, true)
    case 'uint64':
      return (row) => view.getBigUint64(8 * row, true)
    case 'int64':
      return (row) => {
        // As numbers msgpackr would write larger ones as floats.
        const high = view.getInt32(8 * row + 4, true)
        const low = view.getInt32(8 * row, true)
        return high === low >> 31 ? low : view.getBigInt64(8 * row, true)
      }
    case 'float32':
      return (row) => new Float(view.getFloat32(4 * row, true), float32Tag)
    case 'float64':
      return (row) => {
        const value = view.getFloat64(8 * row, true)
        return Number.isInteger(value) ? new Float(value, float64Tag) : value
      }
    case 'binary':
      return (row) =>
        Buffer.from(values.buffer, values.byteOffset + offsets![row]!, offsets![row + 1]! - offsets![row]!)
    case 'list': {
      const item = nullable(column.children[0]!)
      return (row) => {
        const from = offsets![row]!
        return Array.from({ length: offsets![row + 1]! - from }, (_, i) => item(from + i))
      }
    }
    case 'struct': {
      const parts = column.children.map((child) => ({ name: child.column.name, value: nullable(child) }))
      return (row) => new Map(parts.map(({ name, value }) => [name, value(row)]))
    }
    default:
      return valueText(column)
  }
}

function nullable(column: DecodedColumn): PackedValue {
  const value = packedValues(column)
  return (row) => (isNull(column, row) ? null : value(row))
}

const [float32Tag, float64Tag] = [0xca, 0xcb]

/** A number that is to be written as a float, which msgpackr would else write as an integer, losing the sign of -0. */
class Float {
  readonly value: number
  readonly tag: number

  constructor(value: number, tag: number) {
    this.value = value
    this.tag = tag
  }
}

/** How msgpackr's own extensions write into its buffer; its types leave it out. */
type Allocate = (bytes: number) => { target: Uint8Array; targetView: DataView; position: number }

addExtension({
  Class: Float,
  // Never written: without a result of `pack` there is no extension, only what it wrote itself.
  type: 1,
  pack: ((float: Float, allocate: Allocate) => {
    const isSingle = float.tag === float32Tag
    const { target, targetView, position } = allocate(isSingle ? 5 : 9)
    target[position] = float.tag
    if (isSingle) targetView.setFloat32(position + 1, float.value)
    else targetView.setFloat64(position + 1, float.value)
  }) as never,
})
