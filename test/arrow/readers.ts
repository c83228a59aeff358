/**
 * Arrow IPC streams read by implementations that are not ours, with every value in the text
 * form in which psql prints it.
 */
import { tableFromIPC as readWithFlechette, type Column as FlechetteColumn, Type } from '@uwdata/flechette'
import { DataType, tableFromIPC as readWithArrowJs, type Vector } from 'apache-arrow'
import { Table as WasmTable } from 'parquet-wasm'

/** A field of a schema. */
export interface ReadField {
  name: string
  /** Arrow's type, such as `Decimal128(10, 2)`. */
  type: string
  metadata: Record<string, string>
}

/** A table as an independent reader sees it. */
export interface ReadTable {
  fields: ReadField[]
  /** Rows of values as psql prints them; null is null. */
  rows: (string | null)[][]
}

/** Every reader by its name. */
export const readers: Record<string, (stream: Uint8Array) => ReadTable> = {
  flechette,
  'apache-arrow': arrowJs,
  // Rust's reader checks offsets and UTF-8; what it made of the stream comes back through its own writer.
  'parquet-wasm': (stream) => flechette(WasmTable.fromIPCStream(stream).intoIPCStream()),
}

const flechetteTypes: Record<number, (type: never) => string> = {
  [Type.Bool]: () => 'Bool',
  [Type.Int]: ({ bitWidth }: { bitWidth: number }) => `Int${bitWidth}`,
  [Type.Float]: ({ precision }: { precision: number }) => ['Float16', 'Float32', 'Float64'][precision]!,
  [Type.Decimal]: ({ bitWidth, precision, scale }: { bitWidth: number; precision: number; scale: number }) =>
    `Decimal${bitWidth}(${precision}, ${scale})`,
  [Type.Utf8]: () => 'Utf8',
  [Type.Binary]: () => 'Binary',
  [Type.FixedSizeBinary]: ({ stride }: { stride: number }) => `FixedSizeBinary(${stride})`,
  [Type.Date]: ({ unit }: { unit: number }) => ['Date32', 'Date64'][unit]!,
  [Type.Timestamp]: ({ unit, timezone }: { unit: number; timezone: string | null }) =>
    `Timestamp(${['s', 'ms', 'us', 'ns'][unit]}${timezone ? `, ${timezone}` : ''})`,
}

/** Reads a stream with @uwdata/flechette. */
export function flechette(stream: Uint8Array): ReadTable {
  const table = readWithFlechette(stream, { useBigInt: true, useDecimalInt: true })
  const fields = table.schema.fields.map(({ name, type, metadata }) => ({
    name,
    type: flechetteTypes[type.typeId]!(type as never),
    metadata: Object.fromEntries(metadata ?? []),
  }))
  const columns = table.children.map((column, i) => flechetteValues(column, fields[i]!.type))
  return { fields, rows: Array.from({ length: table.numRows }, (_, row) => columns.map((values) => values[row]!)) }
}

function flechetteValues(column: FlechetteColumn<unknown>, type: string): (string | null)[] {
  // Dates and times as they are stored: converted to JavaScript's they would be rounded.
  const isTime = type.startsWith('Timestamp') || type === 'Date32'
  return column.data.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => {
      const value = batch.at(row) as unknown
      if (value === null) return null
      return postgresText(isTime ? (batch.values as ArrayLike<unknown>)[row] : value, type)
    }),
  )
}

/** Reads a stream with apache-arrow. */
export function arrowJs(stream: Uint8Array): ReadTable {
  const table = readWithArrowJs(stream)
  const fields = table.schema.fields.map(({ name, type, metadata }) => ({
    name,
    type: arrowJsType(type as DataType),
    metadata: Object.fromEntries(metadata),
  }))
  const columns = fields.map((field, i) => arrowJsValues(table.getChildAt(i)!, field.type))
  return { fields, rows: Array.from({ length: table.numRows }, (_, row) => columns.map((values) => values[row]!)) }
}

function arrowJsType(type: DataType): string {
  if (DataType.isDecimal(type)) return `Decimal${type.bitWidth}(${type.precision}, ${type.scale})`
  if (DataType.isFixedSizeBinary(type)) return `FixedSizeBinary(${type.byteWidth})`
  if (DataType.isDate(type)) return ['Date32', 'Date64'][type.unit]!
  if (DataType.isTimestamp(type)) {
    return `Timestamp(${['s', 'ms', 'us', 'ns'][type.unit]}${type.timezone ? `, ${type.timezone}` : ''})`
  }
  return (type as { toString(): string }).toString()
}

function arrowJsValues(vector: Vector, type: string): (string | null)[] {
  const width = { Date32: 1, Timestamp: 1, Decimal128: 4 }[type.replace(/\(.*/, '')]
  return vector.data.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => {
      if (!batch.getValid(row)) return null
      if (width === undefined) return postgresText(vector.get(row + offsetOf(vector, batch)) as unknown, type)
      const stored = batch.values as Int32Array | BigInt64Array
      return postgresText(width === 4 ? decimalOf(stored as Int32Array, 4 * row) : stored[row], type)
    }),
  )
}

function offsetOf(vector: Vector, batch: Vector['data'][number]): number {
  let offset = 0
  for (const other of vector.data) {
    if (other === batch) return offset
    offset += other.length
  }
  throw new Error('The batch is not of the vector')
}

/** A 128-bit integer of four words, lowest first. */
function decimalOf(words: Int32Array | Uint32Array, at: number): bigint {
  let value = 0n
  for (let i = 3; i >= 0; i--) value = (value << 32n) | BigInt(words[at + i]! >>> 0)
  return BigInt.asIntN(128, value)
}

/** A value of an Arrow type as psql prints it, DateStyle ISO, TimeZone UTC, bytea_output hex. */
function postgresText(value: unknown, type: string): string {
  const [, name = '', parameters = ''] = /^(\w+)(?:\((.*)\))?$/.exec(type)!
  switch (name) {
    case 'Bool':
      return value ? 't' : 'f'
    case 'Float32':
      return floatText(shortestFloat32(value as number), 6)
    case 'Float64':
      return floatText(Object.is(value, -0) ? '-0' : String(value), 15)
    case 'Decimal128':
      return decimalText(BigInt(value as bigint | number), Number(parameters.split(', ')[1]))
    case 'Binary':
      return `\\x${Buffer.from(value as Uint8Array).toString('hex')}`
    case 'FixedSizeBinary':
      return Buffer.from(value as Uint8Array)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    case 'Date32':
      return dateText(BigInt(value as number))
    case 'Timestamp':
      return timestampText(value as bigint, parameters.includes('UTC') ? '+00' : '')
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
  const time = new Date(Number(rest / 1000n)).toISOString().slice(11, 19)
  const fraction = String(rest % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '')
  const [, date = '', era = ''] = /^(\S+)( BC)?$/.exec(dateText(days))!
  return `${date} ${time}${fraction === '' ? '' : `.${fraction}`}${zone}${era}`
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}
