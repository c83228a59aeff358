import type { ColumnData, ColumnLayout } from '../../arrow/columns.ts'
import { RunError } from '../../errors.ts'

/** Rows that a new builder has room for. */
export const initialRows = 256

/**
 * Collects the values of one column as the source sends them and hands them out in Arrow's
 * layout. Buffers are kept from batch to batch.
 */
export abstract class ColumnBuilder {
  /** Column name, for errors. */
  readonly name: string
  protected rows = 0
  protected capacity = initialRows
  readonly #layout: ColumnLayout
  #nulls = 0
  #validity: Uint8Array | undefined

  constructor(name: string, layout: ColumnLayout) {
    this.name = name
    this.#layout = layout
  }

  /** How the values are laid out; that of arrays is settled by the first one that has items. */
  get layout(): ColumnLayout {
    return this.#layout
  }

  /** Number of values in the batch so far. */
  get length(): number {
    return this.rows
  }

  /**
   * Appends the value of `length` bytes at `at`.
   *
   * @throws Unholdable
   */
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
      length: this.rows,
      nullCount: this.#nulls,
      validity: this.#nulls > 0 ? this.#validity!.subarray(0, bytes) : undefined,
      buffers: this.buffers(),
      children: this.children(),
    }
  }

  /** What lies inside the values. */
  protected children(): ColumnData[] {
    return []
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

/** The values in an array of `length`, the rest of it zero. */
export function enlarged<T extends Uint8Array | Int16Array | Int32Array>(values: T, length: number): T {
  const larger = new (values.constructor as new (length: number) => T)(length)
  larger.set(values as never)
  return larger
}
