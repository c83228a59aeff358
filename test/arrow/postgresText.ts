/** Values of Arrow as psql prints them, with DateStyle ISO, TimeZone UTC, bytea_output hex. */
import { intervalText } from '../../src/arrow/text/timeText.ts'

/** A type of Arrow. */
export interface ReadType {
  /** Such as `Decimal128(10, 2)`, `List<Int32>` or `Struct<x: Int32, y: Utf8>`. */
  text: string
  /** The same without what is in brackets. */
  name: string
  scale?: number
  zoned?: boolean
  children: { name: string; type: ReadType; metadata: Record<string, string> }[]
}

/** Values of a type, as a reader has decoded them. */
export interface ReadValues {
  type: ReadType
  length: number
  isNull(row: number): boolean
  /**
   * Bool: boolean. Integers, floats, Date32: number or bigint as stored. Decimal: the unscaled
   * integer. Time64, Timestamp: bigint as stored. Interval: months, days, nanoseconds. Utf8: string.
   * Others: bytes.
   */
  get(row: number): unknown
  /** Where the items of list `row` are in `children[0]`. */
  range?(row: number): [from: number, to: number]
  children: ReadValues[]
}

/** Value `row` as psql prints it; null is null. */
export function postgresText(values: ReadValues, row: number): string | null {
  if (values.isNull(row)) return null
  const { type, children } = values
  if (type.name === 'List') {
    const [from, to] = values.range!(row)
    const isDimension = type.children[0]!.type.name === 'List'
    const items = Array.from({ length: to - from }, (_, i) => postgresText(children[0]!, from + i))
    return `{${items.map((item) => (isDimension ? item : arrayItem(item))).join()}}`
  }
  if (type.name === 'Struct') return `(${children.map((child) => rowPart(postgresText(child, row))).join()})`
  return scalarText(values.get(row), type)
}

function arrayItem(text: string | null): string {
  if (text === null) return 'NULL'
  const isPlain = text !== '' && text.toUpperCase() !== 'NULL' && !/["\\{}, \t\n\r\v\f]/.test(text)
  return isPlain ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function rowPart(text: string | null): string {
  if (text === null) return ''
  const isPlain = text !== '' && !/["\\(), \t\n\r\v\f]/.test(text)
  return isPlain ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`
}

function scalarText(value: unknown, { name, scale, zoned }: ReadType): string {
  switch (name) {
    case 'Bool':
      return value ? 't' : 'f'
    case 'Float32':
      return floatText(shortestFloat32(value as number), 6)
    case 'Float64':
      return floatText(Object.is(value, -0) ? '-0' : String(value), 15)
    case 'Decimal128':
    case 'Decimal256':
      return decimalText(BigInt(value as bigint | number), scale!)
    case 'Binary':
      return `\\x${Buffer.from(value as Uint8Array).toString('hex')}`
    case 'FixedSizeBinary':
      return Buffer.from(value as Uint8Array)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    case 'Date32':
      return dateText(BigInt(value as number))
    case 'Time64':
      return timeText(value as bigint)
    case 'Timestamp':
      return timestampText(value as bigint, zoned ? '+00' : '')
    case 'Interval': {
      const [months, days, nanoseconds] = value as [number, number, bigint]
      if (nanoseconds % 1000n !== 0n) throw new Error('PostgreSQL has no nanoseconds')
      return intervalText(months, days, nanoseconds / 1000n)
    }
    default:
      return String(value)
  }
}

function shortestFloat32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value)
      return String(Number(text)).replace(/^0$/, Object.is(value, -0) ? '-0' : '0')
  }
  return String(Number(value.toPrecision(9)))
}

/** PostgreSQL writes an exponent below 1e-4 and from 10^`fixedDigits` on (float8out, float4out). */
function floatText(text: string, fixedDigits: number): string {
  const value = Number(text)
  if (!Number.isFinite(value) || value === 0) return text
  const [, sign = '', digits = '', exponentText = ''] = /^(-?)(.*)e(.*)$/.exec(Number(text).toExponential())!
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= fixedDigits) {
    const magnitude = String(Math.abs(exponent)).padStart(2, '0')
    return `${sign}${digits}e${exponent < 0 ? '-' : '+'}${magnitude}`
  }
  return text.includes('e') ? value.toFixed(Math.max(0, digits.length - 2 - exponent)) : text
}

function decimalText(value: bigint, scale: number): string {
  const sign = value < 0n ? '-' : ''
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

const microsecondsPerDay = 86_400_000_000n
const daysPer400Years = 146_097n

/** A day, counted from 1970-01-01, by JavaScript's calendar in a 400-year cycle that it knows. */
function dateText(days: bigint): string {
  const cycles = floorDivide(days, daysPer400Years)
  const date = new Date(Number(days - cycles * daysPer400Years) * 86_400_000)
  const year = BigInt(date.getUTCFullYear()) + 400n * cycles
  const shown = String(year > 0n ? year : 1n - year).padStart(4, '0')
  return `${shown}-${date.toISOString().slice(5, 10)}${year > 0n ? '' : ' BC'}`
}

function timestampText(microseconds: bigint, zone: string): string {
  const days = floorDivide(microseconds, microsecondsPerDay)
  const rest = microseconds - days * microsecondsPerDay
  const [, date = '', era = ''] = /^(\S+)( BC)?$/.exec(dateText(days))!
  return `${date} ${timeText(rest)}${zone}${era}`
}

function timeText(microseconds: bigint): string {
  const time = new Date(Number(microseconds / 1000n)).toISOString().slice(11, 19)
  const fraction = String(microseconds % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '')
  return `${time}${fraction === '' ? '' : `.${fraction}`}`
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}
