import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numericText, readNumeric } from '../../src/sources/builders/numeric.ts'
import { Unholdable } from '../../src/sources/builders/unholdable.ts'
import { int16 } from '../wire/backendMessages.ts'

const plus = 0x0000
const minus = 0x4000

/** The binary form of `value × 10^-scale`, as numeric_send writes it: no zeros at either end. */
function encodeNumeric(value: bigint, scale: number): Buffer {
  const magnitude = value < 0n ? -value : value
  // Digits of base 10,000 on both sides of the point.
  const fractionDigits = Math.ceil(scale / 4)
  let rest = magnitude * 10n ** BigInt(4 * fractionDigits - scale)
  const digits: number[] = []
  for (; rest > 0n; rest /= 10_000n) digits.unshift(Number(rest % 10_000n))
  let weight = digits.length - fractionDigits - 1
  while (digits.at(-1) === 0) digits.pop()
  if (digits.length === 0) weight = 0
  return Buffer.concat([digits.length, weight, value < 0n ? minus : plus, scale, ...digits].map(int16))
}

/** A width of decimals: words of 32 bits, and decimal digits. */
interface Width {
  words: 4 | 8
  digits: number
}
const widths: Width[] = [
  { words: 4, digits: 38 },
  { words: 8, digits: 76 },
]

function decode(bytes: Buffer, scale: number, words: 4 | 8): bigint {
  const room = new Int32Array(words + 2).fill(-1)
  const padded = Buffer.concat([Buffer.from('xy'), bytes, Buffer.from('z')])
  readNumeric(padded, 2, bytes.length, scale, room, 1, words, 'price')
  expect([room[0], room[words + 1]]).toEqual([-1, -1])
  const value = room.subarray(1, 1 + words).reduceRight((sum, word) => (sum << 32n) | BigInt(word >>> 0), 0n)
  return BigInt.asIntN(32 * words, value)
}

const anyDecimal = (digits: number): fc.Arbitrary<{ scale: number; value: bigint }> =>
  fc
    .record({ precision: fc.integer({ min: 1, max: digits }), negative: fc.boolean() })
    .chain(({ precision, negative }) =>
      fc.record({
        scale: fc.integer({ min: 0, max: precision }),
        value: fc
          .bigInt({ min: 0n, max: 10n ** BigInt(precision) - 1n })
          .map((magnitude) => (negative ? -magnitude : magnitude)),
      }),
    )

describe.each(widths)('a numeric in binary form of at most $digits digits', ({ words, digits }) => {
  test('becomes the integer that it stands for, at every precision and scale', () => {
    fc.assert(
      fc.property(anyDecimal(digits), ({ value, scale }) => {
        expect(decode(encodeNumeric(value, scale), scale, words)).toBe(value)
      }),
      { numRuns: 3000 },
    )
  })

  test('is exact around powers of ten and of two', () => {
    const exponents = Array.from({ length: Math.ceil((digits + 1) / 2) }, (_, i) => 2 * i)
    const values = exponents
      .flatMap((exponent) => [10n ** BigInt(exponent), 2n ** BigInt(exponent * 3)])
      .flatMap((base) => [base - 1n, base, base + 1n, -base])
      .filter((value) => value < 10n ** BigInt(digits) && value > -(10n ** BigInt(digits)))
    const wrong = exponents.flatMap((scale) =>
      values
        .filter((value) => decode(encodeNumeric(value, scale), scale, words) !== value)
        .map((value) => ({ value, scale })),
    )
    expect(wrong).toEqual([])
    expect(decode(encodeNumeric(0n, digits), digits, words)).toBe(0n)
  })

  test('may be sent with fewer decimals than its column has', () => {
    expect(decode(encodeNumeric(15n, 1), 6, words)).toBe(1_500_000n)
    expect(decode(encodeNumeric(7n, 0), digits - 1, words)).toBe(7n * 10n ** BigInt(digits - 1))
  })

  test.each([
    ['NaN', Buffer.concat([0, 0, 0xc000, 0].map(int16))],
    ['infinity', Buffer.concat([0, 0, 0xd000, 0x20].map(int16))],
    ['-infinity', Buffer.concat([0, 0, 0xf000, 0x20].map(int16))],
    ['more decimals than the scale', encodeNumeric(12345n, 3)],
    ['more decimals than the scale, of a large number', encodeNumeric(10n ** 30n + 1n, 3)],
    ['one digit too many', encodeNumeric(10n ** BigInt(digits), 2)],
    ['a number of the order 10^131071', Buffer.concat([1, 32_767, plus, 0, 1].map(int16))],
    ['a number of the order 10^-16383', Buffer.concat([1, -4096, plus, 16_383, 1].map(int16))],
  ])('has no decimal if it is %s', (_, bytes) => {
    expect(() => decode(bytes, 2, words)).toThrow(Unholdable)
  })

  test('is a protocol error if its length does not fit the number of digits', () => {
    const bytes = encodeNumeric(12345n, 2)
    expect(() => decode(Buffer.concat([bytes, int16(1)]), 2, words)).toThrow(
      /sent 14 bytes for a value of column "price"/,
    )
  })
})

describe('the text of a numeric in binary form', () => {
  const textOf = (bytes: Buffer): string => numericText(Buffer.concat([Buffer.from('x'), bytes]), 1)

  test('has as many decimals as its scale says, whatever its size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 90n), max: 10n ** 90n }), fc.nat(60), (value, scale) => {
        const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
        const point = digits.length - scale
        const expected = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`
        expect(textOf(encodeNumeric(value, scale))).toBe(`${value < 0n ? '-' : ''}${expected}`)
      }),
      { numRuns: 3000 },
    )
  })

  test('tells NaN and infinities', () => {
    const special = [0xc000, 0xd000, 0xf000].map((sign) => textOf(Buffer.concat([0, 0, sign, 0].map(int16))))
    expect(special).toEqual(['NaN', 'Infinity', '-Infinity'])
  })
})
