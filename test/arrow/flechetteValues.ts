/** What @uwdata/flechette has decoded, as {@link ReadValues}. */
import { Type, type Batch, type DataType, type Field } from '@uwdata/flechette'
import type { ReadType, ReadValues } from './postgresText.ts'

const units = ['s', 'ms', 'us', 'ns']

/** A type of flechette. */
export function flechetteType(type: DataType): ReadType {
  const plain = (text: string, more: Partial<ReadType> = {}): ReadType => ({
    text,
    name: text.replace(/\(.*/, ''),
    children: [],
    ...more,
  })
  const nested = (name: string, fields: Field[]): ReadType => {
    const children = fields.map((field) => ({
      name: field.name,
      type: flechetteType(field.type),
      metadata: Object.fromEntries(field.metadata ?? []),
    }))
    const inside = children.map((child) => (name === 'List' ? child.type.text : `${child.name}: ${child.type.text}`))
    return { text: `${name}<${inside.join(', ')}>`, name, children }
  }
  switch (type.typeId) {
    case Type.Bool:
      return plain('Bool')
    case Type.Int:
      return plain(`${type.signed ? 'Int' : 'UInt'}${type.bitWidth}`)
    case Type.Float:
      return plain(['Float16', 'Float32', 'Float64'][type.precision]!)
    case Type.Decimal:
      return plain(`Decimal${type.bitWidth}(${type.precision}, ${type.scale})`, { scale: type.scale })
    case Type.Utf8:
      return plain('Utf8')
    case Type.Binary:
      return plain('Binary')
    case Type.FixedSizeBinary:
      return plain(`FixedSizeBinary(${type.stride})`)
    case Type.Date:
      return plain(['Date32', 'Date64'][type.unit]!)
    case Type.Time:
      return plain(`Time${type.bitWidth}(${units[type.unit]})`)
    case Type.Timestamp: {
      const zone = type.timezone ? `, ${type.timezone}` : ''
      return plain(`Timestamp(${units[type.unit]}${zone})`, { zoned: zone !== '' })
    }
    case Type.Interval:
      return plain(`Interval(${['YearMonth', 'DayTime', 'MonthDayNano'][type.unit]})`)
    case Type.List:
      return nested('List', type.children)
    case Type.Struct:
      return nested('Struct', type.children)
    default:
      throw new Error(`No column has Arrow's type ${type.typeId}`)
  }
}

/** A batch of a column of flechette. */
export function flechetteValues(batch: Batch<unknown>, type: ReadType): ReadValues {
  return {
    type,
    length: batch.length,
    isNull: (row) => batch.nullCount > 0 && !batch.isValid(row),
    get: getter(batch, type),
    range: (row) => [Number(batch.offsets![row]), Number(batch.offsets![row + 1])],
    children: type.children.map((child, i) => flechetteValues(batch.children![i]!, child.type)),
  }
}

function getter(batch: Batch<unknown>, { name }: ReadType): ReadValues['get'] {
  switch (name) {
    // As they are stored: converted to JavaScript's they would be rounded.
    case 'Int64':
    case 'UInt64':
    case 'Date32':
    case 'Time64':
    case 'Timestamp':
      return (row) => (batch.values as ArrayLike<unknown>)[row]
    case 'Interval': {
      const bytes = batch.values as Uint8Array
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return (row) => [
        view.getInt32(16 * row, true),
        view.getInt32(16 * row + 4, true),
        view.getBigInt64(16 * row + 8, true),
      ]
    }
    default:
      return (row) => batch.value(row)
  }
}
