import { arrayItem, arrayLiteral, rowLiteral } from '../../arrow/text/literalText.ts'
import { float32Text, floatText } from '../../arrow/text/numberText.ts'
import { dateText, intervalText, timestampText, timeText } from '../../arrow/text/timeText.ts'
import { uuidText } from '../../arrow/text/uuidText.ts'
import { RunError } from '../../errors.ts'
import type { TypeCatalog } from '../types/typeCatalog.ts'
import type { WireType } from '../types/wireType.ts'
import { arrayHeaderBytes, dimensionBytes } from './arrayBuilder.ts'
import { numericText } from './numeric.ts'

/** The text of the value of `length` bytes at `at`. */
export type WireText = (bytes: Buffer, at: number, length: number) => string

/** Days from 1970-01-01 to PostgreSQL's 2000-01-01. */
const epochDays = 10_957

/**
 * The text form of values that come in binary, of every value there is: the same as that of
 * Arrow values, and `infinity`, `NaN` and the like where those have none.
 *
 * @throws RunError type_changed for a composite type that is another one now
 */
export function wireText(wire: WireType, catalog: TypeCatalog): WireText {
  switch (wire.kind) {
    case 'printed':
    case 'printedArray':
    case 'text':
    case 'json':
      return (bytes, at, length) => bytes.toString('utf8', at, at + length)
    case 'jsonb':
      return (bytes, at, length) => bytes.toString('utf8', at + 1, at + length)
    case 'bool':
      return (bytes, at) => (bytes[at] === 0 ? 'false' : 'true')
    case 'int16':
      return (bytes, at) => String(bytes.readInt16BE(at))
    case 'int32':
      return (bytes, at) => String(bytes.readInt32BE(at))
    case 'int64':
      return (bytes, at) => String(bytes.readBigInt64BE(at))
    case 'uint32':
      return (bytes, at) => String(bytes.readUInt32BE(at))
    case 'uint64':
      return (bytes, at) => String(bytes.readBigUInt64BE(at))
    case 'float32':
      return (bytes, at) => float32Text(bytes.readFloatBE(at))
    case 'float64':
      return (bytes, at) => floatText(bytes.readDoubleBE(at))
    case 'decimal':
    case 'numeric':
      return numericText
    case 'bytea':
      return (bytes, at, length) => `\\x${bytes.toString('hex', at, at + length)}`
    case 'uuid':
      return uuidText
    case 'date':
      return (bytes, at) => dateOf(bytes.readInt32BE(at))
    case 'time':
      return (bytes, at) => timeText(Number(bytes.readBigInt64BE(at)))
    case 'timestamp':
      return (bytes, at) => timestampOf(bytes.readInt32BE(at), bytes.readUInt32BE(at + 4), false)
    case 'timestamptz':
      return (bytes, at) => timestampOf(bytes.readInt32BE(at), bytes.readUInt32BE(at + 4), true)
    case 'interval':
      return (bytes, at) => intervalOf(bytes.readInt32BE(at + 12), bytes.readInt32BE(at + 8), bytes.readBigInt64BE(at))
    case 'array':
      return arrayText(wireText(wire.item, catalog))
    case 'record':
      return recordText(catalog)
  }
}

function dateOf(days: number): string {
  if (days === 0x7fffffff) return 'infinity'
  return days === -0x80000000 ? '-infinity' : dateText(days + epochDays)
}

function timestampOf(high: number, low: number, zoned: boolean): string {
  if (high === 0x7fffffff && low === 0xffffffff) return 'infinity'
  if (high === -0x80000000 && low === 0) return '-infinity'
  return timestampText(high, low, zoned, epochDays)
}

function intervalOf(months: number, days: number, microseconds: bigint): string {
  if (months === 0x7fffffff && days === 0x7fffffff && microseconds === 2n ** 63n - 1n) return 'infinity'
  if (months === -0x80000000 && days === -0x80000000 && microseconds === -(2n ** 63n)) return '-infinity'
  return intervalText(months, days, microseconds)
}

/** `{1,2}`, or `[0:1]={1,2}` where it does not begin at 1. */
function arrayText(item: WireText): WireText {
  return (bytes, at) => {
    const sizes: number[] = []
    let bounds = ''
    let isPlain = true
    for (let i = 0; i < bytes.readInt32BE(at); i++) {
      const dimension = at + arrayHeaderBytes + dimensionBytes * i
      const size = bytes.readInt32BE(dimension)
      const lower = bytes.readInt32BE(dimension + 4)
      sizes.push(size)
      bounds += `[${lower}:${lower + size - 1}]`
      isPlain &&= lower === 1
    }
    if (sizes.length === 0) return '{}'
    let next = at + arrayHeaderBytes + dimensionBytes * sizes.length
    const list = (level: number): string => {
      const items: string[] = []
      for (let i = 0; i < sizes[level]!; i++) items.push(level + 1 < sizes.length ? list(level + 1) : takeItem())
      return arrayLiteral(items)
    }
    const takeItem = (): string => {
      const length = bytes.readInt32BE(next)
      const start = next + 4
      next = start + Math.max(length, 0)
      return arrayItem(length < 0 ? null : item(bytes, start, length))
    }
    return `${isPlain ? '' : `${bounds}=`}${list(0)}`
  }
}

/** `(1,,"a b")`. What the parts are is told by the value itself. */
function recordText(catalog: TypeCatalog): WireText {
  const texts = new Map<number, WireText>()
  const textOf = (typeOid: number): WireText => {
    let text = texts.get(typeOid)
    if (text === undefined) {
      const wire = catalog.wireType(typeOid, -1)
      if (wire === undefined) throw new RunError('type_changed', 'A composite type was changed. Run the query again.')
      text = wireText(wire, catalog)
      texts.set(typeOid, text)
    }
    return text
  }
  return (bytes, at) => {
    const parts: (string | null)[] = []
    let next = at + 4
    for (let n = bytes.readInt32BE(at); n > 0; n--) {
      const length = bytes.readInt32BE(next + 4)
      const start = next + 8
      parts.push(length < 0 ? null : textOf(bytes.readUInt32BE(next))(bytes, start, length))
      next = start + Math.max(length, 0)
    }
    return rowLiteral(parts)
  }
}
