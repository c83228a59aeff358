/** A 64-bit integer. */
export function int64Text(view: DataView, at: number): string {
  const high = view.getInt32(at + 4, true)
  // Within 2^53 a double is exact and much faster than a BigInt.
  if (high < 0x200000 && high >= -0x200000) return String(high * 2 ** 32 + view.getUint32(at, true))
  return view.getBigInt64(at, true).toString()
}

/** The shortest decimal that is this double. */
export function floatText(value: number): string {
  // String() loses the sign of zero.
  return Object.is(value, -0) ? '-0' : String(value)
}

const smallestNormalFloat32 = 2 ** -126

/** The shortest decimal that is this float32; String() would show the double that is next to it. */
export function float32Text(value: number): string {
  // toPrecision() loses the sign of zero.
  if (!Number.isFinite(value) || value === 0) return floatText(value)
  // Six digits always come through a float32 unharmed, except below its normal numbers.
  for (let digits = Math.abs(value) < smallestNormalFloat32 ? 1 : 6; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return floatText(Number(text))
  }
  return floatText(Number(value.toPrecision(9)))
}

/** An integer of 128 bits, divided by 10^scale. */
export function decimal128Text(view: DataView, at: number, scale: number): string {
  const low = view.getUint32(at, true)
  const high = view.getInt32(at + 4, true)
  const top = view.getBigInt64(at + 8, true)
  const small = high < 0x200000 && high >= -0x200000 && top === (high < 0 ? -1n : 0n)
  if (small) {
    const value = high * 2 ** 32 + low
    return withPoint(String(Math.abs(value)), value < 0, scale)
  }
  return bigText((top << 64n) | view.getBigUint64(at, true), scale)
}

/** An integer of 256 bits, divided by 10^scale. */
export function decimal256Text(view: DataView, at: number, scale: number): string {
  let value = view.getBigInt64(at + 24, true)
  for (let i = 2; i >= 0; i--) value = (value << 64n) | view.getBigUint64(at + 8 * i, true)
  return bigText(value, scale)
}

function bigText(value: bigint, scale: number): string {
  return withPoint((value < 0n ? -value : value).toString(), value < 0n, scale)
}

function withPoint(digits: string, isNegative: boolean, scale: number): string {
  const sign = isNegative ? '-' : ''
  if (scale === 0) return sign + digits
  const padded = digits.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}
