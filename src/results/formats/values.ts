import type { ColumnLayout } from '../../arrow/columns.ts'
import type { DecodedColumn } from '../../arrow/decode.ts'

/** The text of row `row`, which is not null. */
export type ValueText = (row: number) => string

/**
 * The text form of a column's values, exact for every value: what CSV shows, and what JSON
 * shows in quotes or, for some layouts, bare. docs/types.md lists the forms.
 */
export function valueText({ column, offsets, values }: DecodedColumn): ValueText {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  const { layout } = column
  switch (layout.kind) {
    case 'bool':
      return (row) => ((values[row >> 3]! >> (row & 7)) & 1 ? 'true' : 'false')
    case 'int16':
      return (row) => String(view.getInt16(2 * row, true))
    case 'int32':
      return (row) => String(view.getInt32(4 * row, true))
    case 'int64':
      return (row) => int64Text(view, 8 * row)
    case 'float32':
      return (row) => float32Text(view.getFloat32(4 * row, true))
    case 'float64':
      return (row) => floatText(view.getFloat64(8 * row, true))
    case 'decimal128':
      return (row) => decimalText(view, 16 * row, layout.scale)
    case 'uuid':
      return (row) => uuidText(values, 16 * row)
    case 'date32':
      return (row) => dateText(view.getInt32(4 * row, true))
    case 'timestamp':
      return (row) => timestampText(view, 8 * row, layout.zoned)
    case 'binary': {
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
      return (row) => `\\x${bytes.toString('hex', offsets![row]!, offsets![row + 1]!)}`
    }
    case 'utf8':
    case 'json': {
      const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
      return (row) => bytes.toString('utf8', offsets![row]!, offsets![row + 1]!)
    }
  }
}

/** Whether JSON shows the text of a layout without quotes, unless it is not a JSON number. */
export function isBareInJson(kind: ColumnLayout['kind']): boolean {
  return (
    kind === 'bool' ||
    kind === 'int16' ||
    kind === 'int32' ||
    kind === 'float32' ||
    kind === 'float64' ||
    kind === 'json'
  )
}

function int64Text(view: DataView, at: number): string {
  const high = view.getInt32(at + 4, true)
  // Within 2^53 a double is exact and much faster than a BigInt.
  if (high < 0x200000 && high >= -0x200000) return String(high * 2 ** 32 + view.getUint32(at, true))
  return view.getBigInt64(at, true).toString()
}

function floatText(value: number): string {
  // String() loses the sign of zero.
  return Object.is(value, -0) ? '-0' : String(value)
}

const smallestNormalFloat32 = 2 ** -126

/** The shortest decimal that is this float32; String() would show the double that is next to it. */
function float32Text(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  // Six digits always come through a float32 unharmed, except below its normal numbers.
  for (let digits = Math.abs(value) < smallestNormalFloat32 ? 1 : 6; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return floatText(Number(text))
  }
  return floatText(Number(value.toPrecision(9)))
}

function decimalText(view: DataView, at: number, scale: number): string {
  const low = view.getUint32(at, true)
  const high = view.getInt32(at + 4, true)
  const top = view.getBigInt64(at + 8, true)
  const small = high < 0x200000 && high >= -0x200000 && top === (high < 0 ? -1n : 0n)
  if (small) {
    const value = high * 2 ** 32 + low
    return withPoint(String(Math.abs(value)), value < 0, scale)
  }
  const value = (top << 64n) | view.getBigUint64(at, true)
  return withPoint((value < 0n ? -value : value).toString(), value < 0n, scale)
}

function withPoint(digits: string, isNegative: boolean, scale: number): string {
  const sign = isNegative ? '-' : ''
  if (scale === 0) return sign + digits
  const padded = digits.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function uuidText(bytes: Uint8Array, at: number): string {
  let text = ''
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-'
    text += hexPairs[bytes[at + i]!]!
  }
  return text
}

const dateTexts = new Map<number, string>()
const dateTextsKept = 10_000

/** ISO 8601; years beyond 9999 or before 1 in its expanded form, `+010000-01-01`, `-000043-03-15`. */
function dateText(days: number): string {
  let text = dateTexts.get(days)
  if (text === undefined) {
    text = formatDate(days)
    if (dateTexts.size >= dateTextsKept) dateTexts.clear()
    dateTexts.set(days, text)
  }
  return text
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant's civil_from_days). */
function formatDate(days: number): string {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const yearText =
    year >= 0 && year <= 9999
      ? String(year).padStart(4, '0')
      : `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`
  return `${yearText}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

const microsecondsPerDay = 86_400_000_000

function timestampText(view: DataView, at: number, zoned: boolean): string {
  const high = view.getInt32(at + 4, true)
  let days: number
  let rest: number
  if (high < 0x200000 && high >= -0x200000) {
    const value = high * 2 ** 32 + view.getUint32(at, true)
    days = Math.floor(value / microsecondsPerDay)
    rest = value - days * microsecondsPerDay
  } else {
    const value = view.getBigInt64(at, true)
    const perDay = BigInt(microsecondsPerDay)
    const remainder = ((value % perDay) + perDay) % perDay
    days = Number((value - remainder) / perDay)
    rest = Number(remainder)
  }
  const seconds = Math.floor(rest / 1e6)
  const micros = rest - seconds * 1e6
  const time = `${twoDigits(Math.floor(seconds / 3600))}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`
  return `${dateText(days)}T${time}${fraction}${zoned ? 'Z' : ''}`
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
