import { RunError } from '../../errors.ts'
import type { BytesBuilder } from './bytesBuilders.ts'
import { DimensionsBuilder } from './listBuilder.ts'
import { Unholdable } from './unholdable.ts'

const [open, close, comma, quote, backslash, bracket] = Buffer.from('{},"\\[')
const nullItem = Buffer.from('NULL')

/** Arrays as PostgreSQL prints them, `{a,NULL,"b c"}`: lists of text. Not those that begin elsewhere than at 1. */
export class PrintedArrayBuilder extends DimensionsBuilder<BytesBuilder> {
  override append(bytes: Buffer, at: number, length: number): void {
    const end = at + length
    // Bounds come first, [3:4]={…}, where they are not the usual ones.
    if (bytes[at] === bracket) throw new Unholdable()
    let dimensions = 0
    while (bytes[at + dimensions] === open && at + dimensions < end) dimensions++
    if (dimensions === 1 && length === 2 && bytes[at + 1] === close) {
      this.close()
      return
    }
    if (dimensions === 0) throw this.#malformed()
    this.settle(dimensions)

    let depth = 0
    for (let i = at; i < end;) {
      const byte = bytes[i]
      if (byte === open) {
        if (++depth > dimensions) throw this.#malformed()
        i++
      } else if (byte === close) {
        if (--depth < 0) throw this.#malformed()
        this.dimensions[depth]!.close()
        i++
      } else if (byte === comma) {
        i++
      } else {
        if (depth !== dimensions) throw this.#malformed()
        i = byte === quote ? this.#quoted(bytes, i + 1, end) : this.#plain(bytes, i, end)
      }
    }
    if (depth !== 0) throw this.#malformed()
  }

  /** Appends the item at `at`; returns where it ends. */
  #plain(bytes: Buffer, at: number, end: number): number {
    let i = at
    while (i < end && bytes[i] !== comma && bytes[i] !== close) i++
    if (bytes.compare(nullItem, 0, nullItem.length, at, i) === 0) this.leaf.appendNull()
    else this.leaf.append(bytes, at, i - at)
    return i
  }

  /** Appends the item after the quote before `at`; returns what follows the quote after it. */
  #quoted(bytes: Buffer, at: number, end: number): number {
    let i = at
    while (i < end && bytes[i] !== quote && bytes[i] !== backslash) i++
    if (bytes[i] === quote && i < end) {
      this.leaf.append(bytes, at, i - at)
      return i + 1
    }
    const item = Buffer.allocUnsafe(end - at)
    let length = 0
    for (i = at; i < end && bytes[i] !== quote; i++) {
      if (bytes[i] === backslash) i++
      item[length++] = bytes[i]!
    }
    if (i >= end) throw this.#malformed()
    this.leaf.append(item, 0, length)
    return i + 1
  }

  #malformed(): RunError {
    return new RunError(
      'protocol_error',
      `The source sent something else than an array for a value of column ${JSON.stringify(this.name)}.`,
    )
  }
}
