import type { ColumnLayout } from '../../arrow/columns.ts'
import { ColumnBuilder, enlarged, initialRows } from './columnBuilder.ts'
import { readNumeric } from './numeric.ts'
import { Unholdable } from './unholdable.ts'

export class BoolBuilder extends ColumnBuilder {
  #bits = new Uint8Array(initialRows >> 3)

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 1) throw this.wrongLength(length)
    if (bytes[at] !== 0) this.#bits[this.rows >> 3]! |= 1 << (this.rows & 7)
    this.added()
  }

  protected skip(): void {
    this.added()
  }

  protected grow(capacity: number): void {
    this.#bits = enlarged(this.#bits, capacity >> 3)
  }

  protected buffers(): Uint8Array[] {
    return [this.#bits.subarray(0, (this.rows + 7) >> 3)]
  }

  protected clear(): void {
    this.#bits.fill(0)
  }
}

/** Values of a fixed number of bytes, kept as 32-bit words, low word first. */
abstract class WordsBuilder extends ColumnBuilder {
  protected words: Int32Array
  readonly #wordsEach: number

  constructor(name: string, layout: ColumnLayout, wordsEach: number) {
    super(name, layout)
    this.#wordsEach = wordsEach
    this.words = new Int32Array(initialRows * wordsEach)
  }

  protected skip(): void {
    const start = this.rows * this.#wordsEach
    for (let i = 0; i < this.#wordsEach; i++) this.words[start + i] = 0
    this.added()
  }

  protected grow(capacity: number): void {
    this.words = enlarged(this.words, capacity * this.#wordsEach)
  }

  protected buffers(): Uint8Array[] {
    return [new Uint8Array(this.words.buffer, 0, this.rows * this.#wordsEach * 4)]
  }

  protected clear(): void {}
}

/** int4, oid and float4: the bytes in the other order. */
export class Word32Builder extends WordsBuilder {
  constructor(name: string, layout: ColumnLayout) {
    super(name, layout, 1)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 4) throw this.wrongLength(length)
    this.words[this.rows] = readInt32(bytes, at)
    this.added()
  }
}

/** int8, xid8 and float8: the bytes in the other order. */
export class Word64Builder extends WordsBuilder {
  constructor(name: string, layout: ColumnLayout) {
    super(name, layout, 2)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 8) throw this.wrongLength(length)
    const i = 2 * this.rows
    this.words[i + 1] = readInt32(bytes, at)
    this.words[i] = readInt32(bytes, at + 4)
    this.added()
  }
}

export class Int16Builder extends ColumnBuilder {
  #values = new Int16Array(initialRows)

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 2) throw this.wrongLength(length)
    this.#values[this.rows] = (bytes[at]! << 8) | bytes[at + 1]!
    this.added()
  }

  protected skip(): void {
    this.#values[this.rows] = 0
    this.added()
  }

  protected grow(capacity: number): void {
    this.#values = enlarged(this.#values, capacity)
  }

  protected buffers(): Uint8Array[] {
    return [new Uint8Array(this.#values.buffer, 0, this.rows * 2)]
  }

  protected clear(): void {}
}

/** Days from 1970-01-01 to PostgreSQL's 2000-01-01. */
const epochDays = 10_957
// These stand for the infinities, which Arrow has not.
const mostDays = 0x7fffffff
const fewestDays = -0x80000000

/** Not the infinities. */
export class DateBuilder extends WordsBuilder {
  constructor(name: string, layout: ColumnLayout) {
    super(name, layout, 1)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 4) throw this.wrongLength(length)
    const days = readInt32(bytes, at)
    if (days === mostDays || days === fewestDays) throw new Unholdable()
    this.words[this.rows] = days + epochDays
    this.added()
  }
}

// Microseconds from 1970-01-01 to 2000-01-01, 946_684_800_000_000, in two words.
const epochHigh = Math.floor(946_684_800_000_000 / 2 ** 32)
const epochLow = 946_684_800_000_000 % 2 ** 32

/** Not the infinities, and nothing after the year 294247. */
export class TimestampBuilder extends WordsBuilder {
  constructor(name: string, layout: ColumnLayout) {
    super(name, layout, 2)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 8) throw this.wrongLength(length)
    const high = readInt32(bytes, at)
    const low = readInt32(bytes, at + 4) >>> 0
    if ((high === 0x7fffffff && low === 0xffffffff) || (high === -0x80000000 && low === 0)) {
      throw new Unholdable()
    }
    const sum = low + epochLow
    const shifted = high + epochHigh + (sum >= 2 ** 32 ? 1 : 0)
    if (shifted > 0x7fffffff) throw new Unholdable()
    const i = 2 * this.rows
    this.words[i] = sum | 0
    this.words[i + 1] = shifted
    this.added()
  }
}

const microsecondsPerDay = 86_400_000_000

/** Not 24:00:00, which no day of Arrow's has. */
export class TimeBuilder extends WordsBuilder {
  constructor(name: string, layout: ColumnLayout) {
    super(name, layout, 2)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 8) throw this.wrongLength(length)
    const high = readInt32(bytes, at)
    const low = readInt32(bytes, at + 4)
    const microseconds = high * 2 ** 32 + (low >>> 0)
    if (microseconds < 0 || microseconds >= microsecondsPerDay) throw new Unholdable()
    const i = 2 * this.rows
    this.words[i] = low
    this.words[i + 1] = high
    this.added()
  }
}

/** Not the infinities, and no more than 292 years in hours, minutes and seconds. */
export class IntervalBuilder extends WordsBuilder {
  constructor(name: string, layout: ColumnLayout) {
    super(name, layout, 4)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 16) throw this.wrongLength(length)
    // Microseconds come first; nanoseconds are a thousand times as many.
    const lowNanoseconds = (readInt32(bytes, at + 4) >>> 0) * 1000
    const highNanoseconds = readInt32(bytes, at) * 1000 + Math.floor(lowNanoseconds / 2 ** 32)
    if (highNanoseconds > 0x7fffffff || highNanoseconds < -0x80000000) throw new Unholdable()
    const i = 4 * this.rows
    this.words[i] = readInt32(bytes, at + 12)
    this.words[i + 1] = readInt32(bytes, at + 8)
    this.words[i + 2] = lowNanoseconds % 2 ** 32
    this.words[i + 3] = highNanoseconds
    this.added()
  }
}

/** Not NaN. */
export class DecimalBuilder extends WordsBuilder {
  readonly #scale: number
  readonly #words: number

  constructor(name: string, layout: ColumnLayout & { kind: 'decimal128' | 'decimal256' }) {
    const words = layout.kind === 'decimal128' ? 4 : 8
    super(name, layout, words)
    this.#scale = layout.scale
    this.#words = words
  }

  append(bytes: Buffer, at: number, length: number): void {
    readNumeric(bytes, at, length, this.#scale, this.words, this.#words * this.rows, this.#words, this.name)
    this.added()
  }
}

export class UuidBuilder extends WordsBuilder {
  #bytes: Uint8Array

  constructor(name: string, layout: ColumnLayout) {
    super(name, layout, 4)
    this.#bytes = new Uint8Array(this.words.buffer)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 16) throw this.wrongLength(length)
    const start = 16 * this.rows
    for (let i = 0; i < 16; i++) this.#bytes[start + i] = bytes[at + i]!
    this.added()
  }

  protected override grow(capacity: number): void {
    super.grow(capacity)
    this.#bytes = new Uint8Array(this.words.buffer)
  }
}

function readInt32(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}
