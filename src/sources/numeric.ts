import { RunError } from '../errors.ts'

// Sign word of PostgreSQL's binary numeric (numeric_send).
const negative = 0x4000
const notANumber = 0xc000
const positiveInfinity = 0xd000
const negativeInfinity = 0xf000

const headerBytes = 8
const digitBase = 10_000
const decimalsEach = 4
const largestDecimal = 10n ** 38n
const largestExactDouble = Number.MAX_SAFE_INTEGER
/** No decimal of 38 digits has more digits of base 10,000 before or after its point. */
const mostDigits = 10
const powersOfTen = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)

/**
 * Decodes a numeric in PostgreSQL's binary form into a 128-bit two's complement integer, the
 * value times 10^scale: four words, lowest first.
 *
 * @param words where the words go, from index `to`
 * @throws RunError for NaN and infinities, and for a number that does not fit the scale or 128 bits
 */
export function readNumeric(
  bytes: Buffer,
  at: number,
  length: number,
  scale: number,
  words: Int32Array,
  to: number,
  column: string,
): void {
  const digits = (bytes[at]! << 8) | bytes[at + 1]!
  const weight = (((bytes[at + 2]! << 8) | bytes[at + 3]!) << 16) >> 16
  const sign = (bytes[at + 4]! << 8) | bytes[at + 5]!
  if (sign === notANumber || sign === positiveInfinity || sign === negativeInfinity) {
    const what = sign === notANumber ? 'NaN' : sign === positiveInfinity ? 'infinity' : '-infinity'
    throw new RunError(
      'value_out_of_range',
      `Column ${JSON.stringify(column)} holds ${what}, which Arrow's decimal cannot hold. Cast the column to text.`,
      { column },
    )
  }
  if (length !== headerBytes + 2 * digits) {
    throw new RunError(
      'protocol_error',
      `The source sent ${length} bytes for a value of column ${JSON.stringify(column)}.`,
    )
  }

  if (weight >= mostDigits || digits - weight > mostDigits + 1) throw misfit(column)

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
    if (!Number.isInteger(scaled)) throw misfit(column)
    if (scaled <= largestExactDouble) {
      writeSmall(scaled, sign === negative, words, to)
      return
    }
  }
  if (!writeLarge(bytes, first, digits, shift, sign === negative, words, to)) throw misfit(column)
}

/** PostgreSQL keeps values to a column's numeric(p,s); a source that does not cannot be read exactly. */
function misfit(column: string): RunError {
  return new RunError(
    'value_out_of_range',
    `Column ${JSON.stringify(column)} holds a number that its own precision and scale cannot hold. Cast the column to text.`,
    { column },
  )
}

/** An integer below 2^53. */
function writeSmall(value: number, isNegative: boolean, words: Int32Array, to: number): void {
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
  words[to + 2] = fill
  words[to + 3] = fill
}

/** Any integer; false: it does not fit. */
function writeLarge(
  bytes: Buffer,
  first: number,
  digits: number,
  shift: number,
  isNegative: boolean,
  words: Int32Array,
  to: number,
): boolean {
  let value = 0n
  for (let i = 0; i < digits; i++) {
    value = value * 10_000n + BigInt((bytes[first + 2 * i]! << 8) | bytes[first + 2 * i + 1]!)
  }
  if (shift < 0 && value % 10n ** BigInt(-shift) !== 0n) return false
  value = shift >= 0 ? value * 10n ** BigInt(shift) : value / 10n ** BigInt(-shift)
  if (value >= largestDecimal) return false
  if (isNegative) value = -value
  for (let word = 0; word < 4; word++) {
    words[to + word] = Number(BigInt.asIntN(32, value >> BigInt(32 * word)))
  }
  return true
}
