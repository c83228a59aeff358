import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readNumeric } from '../../src/sources/numeric.ts'
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

function decode(bytes: Buffer, scale: number): bigint {
  const words = new Int32Array(6).fill(-1)
  const padded = Buffer.concat([Buffer.from('xy'), bytes, Buffer.from('z')])
  readNumeric(padded, 2, bytes.length, scale, words, 1, 'price')
  expect([words[0], words[5]]).toEqual([-1, -1])
  return [4, 3, 2, 1].reduce((value, i) => (value << 32n) | BigInt(words[i]! >>> 0), 0n)
}

const anyDecimal = fc
  .record({ precision: fc.integer({ min: 1, max: 38 }), negative: fc.boolean() })
  .chain(({ precision, negative }) =>
    fc.record({
      scale: fc.integer({ min: 0, max: precision }),
      value: fc
        .bigInt({ min: 0n, max: 10n ** BigInt(precision) - 1n })
        .map((magnitude) => (negative ? -magnitude : magnitude)),
    }),
  )

describe('a numeric in binary form', () => {
  test('becomes the 128-bit integer that it stands for, at every precision and scale', () => {
    fc.assert(
      fc.property(anyDecimal, ({ value, scale }) => {
        expect(BigInt.asIntN(128, decode(encodeNumeric(value, scale), scale))).toBe(value)
      }),
      { numRuns: 5000 },
    )
  })

  test('is exact around powers of ten and of two', () => {
    const exponents = Array.from({ length: 39 }, (_, exponent) => exponent)
    const values = exponents
      .flatMap((exponent) => [10n ** BigInt(exponent), 2n ** BigInt(exponent * 3)])
      .flatMap((base) => [base - 1n, base, base + 1n, -base])
      .filter((value) => value < 10n ** 38n && value > -(10n ** 38n))
    const wrong = exponents.flatMap((scale) =>
      values
        .filter((value) => BigInt.asIntN(128, decode(encodeNumeric(value, scale), scale)) !== value)
        .map((value) => ({ value, scale })),
    )
    expect(wrong).toEqual([])
    expect(decode(encodeNumeric(0n, 38), 38)).toBe(0n)
  })

  test('may be sent with fewer decimals than its column has', () => {
    expect(decode(encodeNumeric(15n, 1), 6)).toBe(1_500_000n)
    expect(decode(encodeNumeric(7n, 0), 37)).toBe(7n * 10n ** 37n)
  })
})

describe('what a decimal cannot hold is refused with the name of the column', () => {
  test.each([
    ['NaN', Buffer.concat([0, 0, 0xc000, 0].map(int16))],
    ['infinity', Buffer.concat([0, 0, 0xd000, 0x20].map(int16))],
    ['-infinity', Buffer.concat([0, 0, 0xf000, 0x20].map(int16))],
    ['more decimals than the scale', encodeNumeric(12345n, 3)],
    ['more decimals than the scale, of a large number', encodeNumeric(10n ** 30n + 1n, 3)],
    ['39 digits', encodeNumeric(10n ** 38n, 2)],
    ['a number of the order 10^131071', Buffer.concat([1, 32_767, plus, 0, 1].map(int16))],
    ['a number of the order 10^-16383', Buffer.concat([1, -4096, plus, 16_383, 1].map(int16))],
  ])('%s', (_, bytes) => {
    expect(() => decode(bytes, 2)).toThrow(
      expect.objectContaining({
        error: expect.objectContaining({
          code: 'value_out_of_range',
          column: 'price',
          message: expect.stringContaining('"price"'),
        }),
      }),
    )
  })

  test('a length that does not fit the number of digits is a protocol error', () => {
    const bytes = encodeNumeric(12345n, 2)
    expect(() => decode(Buffer.concat([bytes, int16(1)]), 2)).toThrow(/sent 14 bytes for a value of column "price"/)
  })
})
