import type { ColumnBuilder } from './columnBuilder.ts'
import { DimensionsBuilder } from './listBuilder.ts'
import { Unholdable } from './unholdable.ts'

/** Number of dimensions, whether there are nulls, type of the items; then size and lower bound of each dimension. */
export const arrayHeaderBytes = 12
export const dimensionBytes = 8
/** PostgreSQL's MAXDIM. */
export const mostDimensions = 6

/** Arrays in PostgreSQL's binary form. Not those that begin elsewhere than at 1. */
export class ArrayBuilder extends DimensionsBuilder<ColumnBuilder> {
  override append(bytes: Buffer, at: number, length: number): void {
    if (length < arrayHeaderBytes) throw this.wrongLength(length)
    const dimensions = bytes.readInt32BE(at)
    if (dimensions === 0) {
      this.close()
      return
    }
    const first = arrayHeaderBytes + dimensionBytes * dimensions
    if (dimensions < 0 || dimensions > mostDimensions || length < first) throw this.wrongLength(length)
    for (let i = 0; i < dimensions; i++) {
      const dimension = at + arrayHeaderBytes + dimensionBytes * i
      if (bytes.readInt32BE(dimension) < 1) throw this.wrongLength(length)
      if (bytes.readInt32BE(dimension + 4) !== 1) throw new Unholdable()
    }
    this.settle(dimensions)
    const end = at + length
    if (this.#appendItems(bytes, at + first, end, at + arrayHeaderBytes, 0) !== end) throw this.wrongLength(length)
    this.close()
  }

  /** Appends the items of a list of dimension `level`, the first at `at`; returns where the last one ends. */
  #appendItems(bytes: Buffer, at: number, end: number, header: number, level: number): number {
    const size = bytes.readInt32BE(header + dimensionBytes * level)
    const inner = this.dimensions[level + 1]
    for (let i = 0; i < size; i++) {
      if (inner !== undefined) {
        at = this.#appendItems(bytes, at, end, header, level + 1)
        inner.close()
        continue
      }
      if (at + 4 > end) throw this.wrongLength(end - header)
      const length = bytes.readInt32BE(at)
      at += 4
      if (length < 0) {
        this.leaf.appendNull()
      } else {
        if (at + length > end) throw this.wrongLength(end - header)
        this.leaf.append(bytes, at, length)
        at += length
      }
    }
    return at
  }
}
