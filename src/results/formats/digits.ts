/**
 * Numbers, dates and times as ASCII, written straight into bytes: each function writes at
 * `at` and returns where it ended. The forms are those of `valueText`; tests compare the two.
 */

const pairs = Uint8Array.from({ length: 200 }, (_, i) => 48 + (i & 1 ? (i >> 1) % 10 : Math.floor((i >> 1) / 10)))
const hexDigits = Buffer.from('0123456789abcdef')

export const minus = 0x2d
export const point = 0x2e
const colon = 0x3a
const letterT = 0x54
const letterZ = 0x5a

/** Numbers below this are handled as 32-bit integers. */
const limb = 1_000_000_000
const limbDigits = 9

/** An integer, 0 to 2^53. */
export function writeInteger(bytes: Uint8Array, at: number, value: number): number {
  if (value < limb) return writeSmall(bytes, at, value | 0)
  const high = Math.floor(value / limb)
  return writePadded(bytes, writeSmall(bytes, at, high | 0), value - high * limb, limbDigits)
}

/** Digits of an integer, 0 to 2^31 - 1. */
function writeSmall(bytes: Uint8Array, at: number, value: number): number {
  const end = at + digitCount(value)
  return writePadded(bytes, at, value, end - at)
}

function digitCount(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < 1_000_000) return value < 100_000 ? 5 : 6
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8
  return value < limb ? 9 : 10
}

/** An integer, 0 to 2^31 - 1, with zeros before it to a number of digits that it does not exceed. */
export function writePadded(bytes: Uint8Array, at: number, value: number, digits: number): number {
  const end = at + digits
  let rest = value | 0
  let p = end
  while (p - at >= 2) {
    const quotient = (rest / 100) | 0
    const pair = 2 * (rest - 100 * quotient)
    bytes[--p] = pairs[pair + 1]!
    bytes[--p] = pairs[pair]!
    rest = quotient
  }
  if (p > at) bytes[at] = 48 + rest
  return end
}

/** A decimal: an unscaled integer, 0 to 2^53, and the number of digits after the point. */
export function writeDecimal(bytes: Uint8Array, at: number, unscaled: number, scale: number): number {
  if (scale === 0) return writeInteger(bytes, at, unscaled)
  // Room for the point is made after the digits are there: 17 digits at most, and zeros before them.
  const end = writeInteger(bytes, at, unscaled)
  const zeros = scale + 1 - (end - at)
  const digitsEnd = end + Math.max(zeros, 0)
  if (zeros > 0) {
    bytes.copyWithin(at + zeros, at, end)
    bytes.fill(48, at, at + zeros)
  }
  const pointAt = digitsEnd - scale
  for (let i = digitsEnd; i > pointAt; i--) bytes[i] = bytes[i - 1]!
  bytes[pointAt] = point
  return digitsEnd + 1
}

/** A day, counted from 1970-01-01 in the proleptic Gregorian calendar (Hinnant's civil_from_days). */
export function writeDate(bytes: Uint8Array, at: number, days: number): number {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = (shifted - era * 146_097) | 0
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0))
  const shiftedMonth = ((5 * dayOfYear + 2) / 153) | 0
  const day = dayOfYear - (((153 * shiftedMonth + 2) / 5) | 0) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  at = writeYear(bytes, at, year)
  bytes[at] = minus
  at = writePadded(bytes, at + 1, month, 2)
  bytes[at] = minus
  return writePadded(bytes, at + 1, day, 2)
}

const leastExpandedDigits = 6

function writeYear(bytes: Uint8Array, at: number, year: number): number {
  if (year >= 0 && year <= 9999) return writePadded(bytes, at, year, 4)
  const magnitude = Math.abs(year)
  bytes[at] = year < 0 ? minus : 0x2b
  return writePadded(bytes, at + 1, magnitude, Math.max(leastExpandedDigits, digitCount(magnitude)))
}

const microsecondsPerDay = 86_400_000_000

/** A moment, microseconds since 1970-01-01, within 2^53. */
export function writeTimestamp(bytes: Uint8Array, at: number, microseconds: number, zoned: boolean): number {
  const days = Math.floor(microseconds / microsecondsPerDay)
  const rest = microseconds - days * microsecondsPerDay
  const seconds = Math.floor(rest / 1e6) | 0
  const micros = rest - seconds * 1e6
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  at = writeDate(bytes, at, days)
  bytes[at] = letterT
  at = writePadded(bytes, at + 1, hours, 2)
  bytes[at] = colon
  at = writePadded(bytes, at + 1, minutes - 60 * hours, 2)
  bytes[at] = colon
  at = writePadded(bytes, at + 1, seconds - 60 * minutes, 2)
  if (micros !== 0) {
    bytes[at] = point
    at = writePadded(bytes, at + 1, micros, 6)
  }
  if (zoned) bytes[at++] = letterZ
  return at
}

/** The 16 bytes of a UUID in its text form. */
export function writeUuid(bytes: Uint8Array, at: number, source: Uint8Array, start: number): number {
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) bytes[at++] = minus
    at = writeHex(bytes, at, source[start + i]!)
  }
  return at
}

/** A byte as two hexadecimal digits. */
export function writeHex(bytes: Uint8Array, at: number, byte: number): number {
  bytes[at] = hexDigits[byte >> 4]!
  bytes[at + 1] = hexDigits[byte & 15]!
  return at + 2
}

/** ASCII text, such as a number. */
export function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i)
  return at
}
