import type { ColumnData, ColumnLayout } from '../arrow/columns.ts'
import { RunError } from '../errors.ts'
import { readNumeric } from './numeric.ts'

const initialRows = 256
const initialValueBytes = 4096
/** Below this, copying byte by byte is faster than a call. */
const shortCopyBytes = 24

/**
 * Collects the values of one column as the source sends them and hands them out in Arrow's
 * layout. Buffers are kept from batch to batch.
 */
export abstract class ColumnBuilder {
  /** Column name, for errors. */
  readonly name: string
  protected rows = 0
  protected capacity = initialRows
  #nulls = 0
  #validity: Uint8Array | undefined

  constructor(name: string) {
    this.name = name
  }

  /** Appends the value of `length` bytes at `at`. */
  abstract append(bytes: Buffer, at: number, length: number): void
  /** Makes room for one more value where the next one goes. */
  protected abstract grow(capacity: number): void
  /** Appends the placeholder that Arrow wants under a null. */
  protected abstract skip(): void
  protected abstract buffers(): Uint8Array[]
  protected abstract clear(): void

  appendNull(): void {
    const validity = (this.#validity ??= this.#allValid())
    validity[this.rows >> 3]! &= ~(1 << (this.rows & 7))
    this.#nulls++
    this.skip()
  }

  /** The batch so far. The buffers belong to the builder: they are copied before the next append. */
  data(): ColumnData {
    const bytes = (this.rows + 7) >> 3
    return {
      nullCount: this.#nulls,
      validity: this.#nulls > 0 ? this.#validity!.subarray(0, bytes) : undefined,
      buffers: this.buffers(),
    }
  }

  /** Starts the next batch. */
  reset(): void {
    this.clear()
    this.rows = 0
    this.#nulls = 0
    this.#validity?.fill(0xff)
  }

  /** Counts the value that was just appended; called by every append and skip. */
  protected added(): void {
    if (++this.rows === this.capacity) {
      this.capacity *= 2
      this.grow(this.capacity)
      if (this.#validity !== undefined) {
        const larger = this.#allValid()
        larger.set(this.#validity)
        this.#validity = larger
      }
    }
  }

  #allValid(): Uint8Array {
    return new Uint8Array((this.capacity + 7) >> 3).fill(0xff)
  }

  protected wrongLength(length: number): RunError {
    return new RunError(
      'protocol_error',
      `The source sent ${length} bytes for a value of column ${JSON.stringify(this.name)}.`,
    )
  }
}

class BoolBuilder extends ColumnBuilder {
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

  constructor(name: string, wordsEach: number) {
    super(name)
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

/** int4 and float4: the bytes in the other order. */
class Word32Builder extends WordsBuilder {
  constructor(name: string) {
    super(name, 1)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 4) throw this.wrongLength(length)
    this.words[this.rows] = readInt32(bytes, at)
    this.added()
  }
}

/** int8 and float8: the bytes in the other order. */
class Word64Builder extends WordsBuilder {
  constructor(name: string) {
    super(name, 2)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 8) throw this.wrongLength(length)
    const i = 2 * this.rows
    this.words[i + 1] = readInt32(bytes, at)
    this.words[i] = readInt32(bytes, at + 4)
    this.added()
  }
}

class Int16Builder extends ColumnBuilder {
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
const mostDays = 0x7fffffff
const fewestDays = -0x80000000

class DateBuilder extends WordsBuilder {
  constructor(name: string) {
    super(name, 1)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 4) throw this.wrongLength(length)
    const days = readInt32(bytes, at)
    if (days === mostDays || days === fewestDays) throw notFinite(this.name, 'date', days > 0)
    this.words[this.rows] = days + epochDays
    this.added()
  }
}

// Microseconds from 1970-01-01 to 2000-01-01, 946_684_800_000_000, in two words.
const epochHigh = Math.floor(946_684_800_000_000 / 2 ** 32)
const epochLow = 946_684_800_000_000 % 2 ** 32

class TimestampBuilder extends WordsBuilder {
  constructor(name: string) {
    super(name, 2)
  }

  append(bytes: Buffer, at: number, length: number): void {
    if (length !== 8) throw this.wrongLength(length)
    const high = readInt32(bytes, at)
    const low = readInt32(bytes, at + 4) >>> 0
    if ((high === 0x7fffffff && low === 0xffffffff) || (high === -0x80000000 && low === 0)) {
      throw notFinite(this.name, 'timestamp', high > 0)
    }
    const sum = low + epochLow
    const shifted = high + epochHigh + (sum >= 2 ** 32 ? 1 : 0)
    if (shifted > 0x7fffffff) {
      throw new RunError(
        'value_out_of_range',
        `Column ${JSON.stringify(this.name)} holds a timestamp after the year 294247, which Arrow cannot hold. Cast the column to text.`,
        { column: this.name },
      )
    }
    const i = 2 * this.rows
    this.words[i] = sum | 0
    this.words[i + 1] = shifted
    this.added()
  }
}

class DecimalBuilder extends WordsBuilder {
  readonly #scale: number

  constructor(name: string, scale: number) {
    super(name, 4)
    this.#scale = scale
  }

  append(bytes: Buffer, at: number, length: number): void {
    readNumeric(bytes, at, length, this.#scale, this.words, 4 * this.rows, this.name)
    this.added()
  }
}

class UuidBuilder extends WordsBuilder {
  #bytes: Uint8Array

  constructor(name: string) {
    super(name, 4)
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

/** Text, bytea and whatever else is a run of bytes, with 32-bit offsets. */
class BytesBuilder extends ColumnBuilder {
  #offsets = new Int32Array(initialRows + 1)
  #values = Buffer.allocUnsafeSlow(initialValueBytes)
  #used = 0

  append(bytes: Buffer, at: number, length: number): void {
    const start = this.#used
    const end = start + length
    if (end > this.#values.length) {
      if (at + length > bytes.length) throw this.wrongLength(length)
      this.#makeRoom(end)
    }
    if (length < shortCopyBytes) {
      const values = this.#values
      for (let i = 0; i < length; i++) values[start + i] = bytes[at + i]!
    } else {
      bytes.copy(this.#values, start, at, at + length)
    }
    this.#used = end
    this.#offsets[this.rows + 1] = end
    this.added()
  }

  protected skip(): void {
    this.#offsets[this.rows + 1] = this.#used
    this.added()
  }

  #makeRoom(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#values.length))
    this.#values.copy(larger, 0, 0, this.#used)
    this.#values = larger
  }

  protected grow(capacity: number): void {
    this.#offsets = enlarged(this.#offsets, capacity + 1)
  }

  protected buffers(): Uint8Array[] {
    return [new Uint8Array(this.#offsets.buffer, 0, (this.rows + 1) * 4), this.#values.subarray(0, this.#used)]
  }

  protected clear(): void {
    this.#used = 0
    // One huge value must not hold its memory for the rest of the result.
    if (this.#values.length > 8 * 1024 * 1024) this.#values = Buffer.allocUnsafeSlow(initialValueBytes)
  }
}

/** jsonb: text after a version byte. */
class JsonbBuilder extends BytesBuilder {
  override append(bytes: Buffer, at: number, length: number): void {
    if (bytes[at] !== 1) {
      throw new RunError(
        'protocol_error',
        `Column ${JSON.stringify(this.name)} holds jsonb of version ${bytes[at]}; 1 is known.`,
      )
    }
    super.append(bytes, at + 1, length - 1)
  }
}

/** The builder for a column of the given layout. */
export function createBuilder(name: string, layout: ColumnLayout, versioned: boolean): ColumnBuilder {
  switch (layout.kind) {
    case 'bool':
      return new BoolBuilder(name)
    case 'int16':
      return new Int16Builder(name)
    case 'int32':
    case 'float32':
      return new Word32Builder(name)
    case 'int64':
    case 'float64':
      return new Word64Builder(name)
    case 'decimal128':
      return new DecimalBuilder(name, layout.scale)
    case 'utf8':
    case 'binary':
      return new BytesBuilder(name)
    case 'json':
      return versioned ? new JsonbBuilder(name) : new BytesBuilder(name)
    case 'uuid':
      return new UuidBuilder(name)
    case 'date32':
      return new DateBuilder(name)
    case 'timestamp':
      return new TimestampBuilder(name)
  }
}

function readInt32(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function enlarged<T extends Uint8Array | Int16Array | Int32Array>(values: T, length: number): T {
  const larger = new (values.constructor as new (length: number) => T)(length)
  larger.set(values as never)
  return larger
}

function notFinite(column: string, type: string, positive: boolean): RunError {
  return new RunError(
    'value_out_of_range',
    `Column ${JSON.stringify(column)} holds ${positive ? '' : '-'}infinity, which Arrow's ${type} cannot hold. Cast the column to text.`,
    { column },
  )
}
