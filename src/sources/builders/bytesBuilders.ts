import { RunError } from '../../errors.ts'
import { ColumnBuilder, enlarged, initialRows } from './columnBuilder.ts'

const initialValueBytes = 4096
/** Below this, copying byte by byte is faster than a call. */
const shortCopyBytes = 24

/** Text, bytea and whatever else is a run of bytes, with 32-bit offsets. */
export class BytesBuilder extends ColumnBuilder {
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
export class JsonbBuilder extends BytesBuilder {
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
