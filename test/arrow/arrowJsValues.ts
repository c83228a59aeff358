/** What apache-arrow has decoded, as {@link ReadValues}. */
import { DataType, Vector, type Data, type Field } from 'apache-arrow'
import type { ReadType, ReadValues } from './postgresText.ts'

const units = ['s', 'ms', 'us', 'ns']

/** A type of apache-arrow. */
export function arrowJsType(type: DataType): ReadType {
  const plain = (text: string, more: Partial<ReadType> = {}): ReadType => ({
    text,
    name: text.replace(/\(.*/, ''),
    children: [],
    ...more,
  })
  if (DataType.isInt(type)) return plain(`${type.isSigned ? 'Int' : 'UInt'}${type.bitWidth}`)
  if (DataType.isDecimal(type)) {
    return plain(`Decimal${type.bitWidth}(${type.precision}, ${type.scale})`, { scale: type.scale })
  }
  if (DataType.isFixedSizeBinary(type)) return plain(`FixedSizeBinary(${type.byteWidth})`)
  if (DataType.isDate(type)) return plain(['Date32', 'Date64'][type.unit]!)
  if (DataType.isTime(type)) return plain(`Time${type.bitWidth}(${units[type.unit]})`)
  if (DataType.isTimestamp(type)) {
    const zone = type.timezone ? `, ${type.timezone}` : ''
    return plain(`Timestamp(${units[type.unit]}${zone})`, { zoned: zone !== '' })
  }
  if (DataType.isInterval(type)) return plain(`Interval(${['YearMonth', 'DayTime', 'MonthDayNano'][type.unit]})`)
  if (DataType.isList(type) || DataType.isStruct(type)) {
    const name = DataType.isList(type) ? 'List' : 'Struct'
    const children = (type.children as Field[]).map((field) => ({
      name: field.name,
      type: arrowJsType(field.type as DataType),
      metadata: Object.fromEntries(field.metadata),
    }))
    const inside = children.map((child) => (name === 'List' ? child.type.text : `${child.name}: ${child.type.text}`))
    return { text: `${name}<${inside.join(', ')}>`, name, children }
  }
  return plain((type as { toString(): string }).toString())
}

/** A batch of a column of apache-arrow. */
export function arrowJsValues(data: Data, type: ReadType): ReadValues {
  return {
    type,
    length: data.length,
    isNull: (row) => !data.getValid(row),
    get: getter(data, type),
    range: (row) => [data.valueOffsets[row] as number, data.valueOffsets[row + 1] as number],
    children: type.children.map((child, i) => arrowJsValues(data.children[i]!, child.type)),
  }
}

function getter(data: Data, { name }: ReadType): ReadValues['get'] {
  const values = data.values as ArrayLike<unknown>
  const words = (at: number, count: number): bigint => {
    let value = 0n
    for (let i = count - 1; i >= 0; i--) value = (value << 32n) | BigInt((values[at + i] as number) >>> 0)
    return BigInt.asIntN(32 * count, value)
  }
  switch (name) {
    case 'Int64':
    case 'UInt64':
    case 'Date32':
    case 'Time64':
    case 'Timestamp':
      return (row) => values[row]
    case 'Decimal128':
      return (row) => words(4 * row, 4)
    case 'Decimal256':
      return (row) => words(8 * row, 8)
    case 'Interval':
      return (row) => [values[4 * row], values[4 * row + 1], words(4 * row + 2, 2)]
    default: {
      const vector = new Vector([data])
      return (row) => vector.get(row) as unknown
    }
  }
}
