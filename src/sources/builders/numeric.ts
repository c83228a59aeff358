import { RunError } from '../../errors.ts'
import { Unholdable } from './unholdable.ts'

// Sign word of PostgreSQL's binary numeric (numeric_send).
const negative = 0x4000
const notANumber = 0xc000
const positiveInfinity = 0xd000
const negativeInfinity = 0xf000

const headerBytes = 8
const digitBase = 10_000
const decimalsEach = 4
const largestExactDouble = Number.MAX_SAFE_INTEGER

interface Capacity {
  /** The first integer that has too many decimal digits. */
  tooLarge: bigint
  /** Digits of base 10,000 that may stand before or after the point. */
  digits: number
}
const capacity128: Capacity = { tooLarge: 10n ** 38n, digits: 10 }
const capacity256: Capacity = { tooLarge: 10n ** 76n, digits: 19 }
const powersOfTen = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)

/**
 * Decodes a numeric in PostgreSQL's binary form into a two's complement integer, the value
 * times 10^scale: words of 32 bits, lowest first.
 *
 * @param words where the words go, from index `to`
 * @param wordsEach how many of them, 4 or 8
 * @throws Unholdable for NaN and infinities, and for a number that does not fit the scale or the words
 */
export function readNumeric(
  bytes: Buffer,
  at: number,
  length: number,
  scale: number,
  words: Int32Array,
  to: number,
  wordsEach: number,
  column: string,
): void {
  const digits = (bytes[at]! << 8) | bytes[at + 1]!
  const weight = (((bytes[at + 2]! << 8) | bytes[at + 3]!) << 16) >> 16
  const sign = (bytes[at + 4]! << 8) | bytes[at + 5]!
  if (sign === notANumber || sign === positiveInfinity || sign === negativeInfinity) throw new Unholdable()
  if (length !== headerBytes + 2 * digits) {
    throw new RunError(
      'protocol_error',
      `The source sent ${length} bytes for a value of column ${JSON.stringify(column)}.`,
    )
  }

  const capacity = wordsEach === 4 ? capacity128 : capacity256
  if (weight >= capacity.digits || digits - weight > capacity.digits + 1) throw new Unholdable()

  // The digits make an integer of base 10,000; `shift` decimals are still to be added to (or
  // cut, as zeros, from) its end.
  const shift = scale - decimalsEach * (digits - 1 - weight)
  const first = at + headerBytes
  let value = 0
  for (let i = 0; i < digits && value <= largestExactDouble; i++) {
    value = value * digitBase + ((bytes[first + 2 * i]! << 8) | bytes[first + 2 * i + 1]!)
  }
  const power = powersOfTen[Math.abs(shift)]
  if (value <= largestExactDouble && power !== undefined) {
    const scaled = shift >= 0 ? value * power : value / power
    if (!Number.isInteger(scaled)) throw new Unholdable()
    if (scaled <= largestExactDouble) {
      writeSmall(scaled, sign === negative, words, to, wordsEach)
      return
    }
  }
  const large = readLarge(bytes, first, digits, shift)
  if (large === undefined || large >= capacity.tooLarge) throw new Unholdable()
  writeLarge(sign === negative ? -large : large, words, to, wordsEach)
}

/** An integer below 2^53. */
function writeSmall(value: number, isNegative: boolean, words: Int32Array, to: number, wordsEach: number): void {
  let low = (value % 2 ** 32) | 0
  let high = (value / 2 ** 32) | 0
  let fill = 0
  if (isNegative && value !== 0) {
    low = -low | 0
    high = low === 0 ? -high | 0 : ~high
    fill = -1
  }
  words[to] = low
  words[to + 1] = high
  for (let i = 2; i < wordsEach; i++) words[to + i] = fill
}

/** The digits as an integer with `shift` more decimals; undefined: it would not be one. */
function readLarge(bytes: Buffer, first: number, digits: number, shift: number): bigint | undefined {
  let value = 0n
  for (let i = 0; i < digits; i++) {
    value = value * 10_000n + BigInt((bytes[first + 2 * i]! << 8) | bytes[first + 2 * i + 1]!)
  }
  if (shift >= 0) return value * 10n ** BigInt(shift)
  const divisor = 10n ** BigInt(-shift)
  return value % divisor === 0n ? value / divisor : undefined
}

function writeLarge(value: bigint, words: Int32Array, to: number, wordsEach: number): void {
  for (let word = 0; word < wordsEach; word++) {
    words[to + word] = Number(BigInt.asIntN(32, value >> BigInt(32 * word)))
  }
}

/**
 * A numeric in PostgreSQL's binary form as PostgreSQL prints it, with as many decimals as its
 * scale says: `-12.50`, `NaN`, `Infinity`.
 */
export function numericText(bytes: Buffer, at: number): string {
  const digits = bytes.readUInt16BE(at)
  const weight = bytes.readInt16BE(at + 2)
  const sign = bytes.readUInt16BE(at + 4)
  const scale = bytes.readUInt16BE(at + 6) & 0x3fff
  if (sign === notANumber) return 'NaN'
  if (sign === positiveInfinity) return 'Infinity'
  if (sign === negativeInfinity) return '-Infinity'
  const digit = (i: number): string =>
    i < digits && i >= 0 ? String(bytes.readUInt16BE(at + headerBytes + 2 * i)).padStart(decimalsEach, '0') : '0000'
  let whole = ''
  for (let i = 0; i <= weight; i++) whole += digit(i)
  let fraction = ''
  for (let i = weight + 1; fraction.length < scale; i++) fraction += digit(i)
  const text = whole.replace(/^0+/, '') || '0'
  return `${sign === negative ? '-' : ''}${text}${scale > 0 ? `.${fraction.slice(0, scale)}` : ''}`
}
