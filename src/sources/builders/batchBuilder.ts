import type { Column } from '../../arrow/columns.ts'
import { encodeBatch } from '../../arrow/encode.ts'
import { RunError } from '../../errors.ts'
import type { ColumnPlan, TypeCatalog } from '../types/typeCatalog.ts'
import type { ColumnBuilder } from './columnBuilder.ts'
import { batchBytesNow, batchRows } from './batchSize.ts'
import { createBuilder } from './createBuilder.ts'
import { loopDecoder, rowsWorthUnrolling, unrolledDecoder, type RowDecoder } from './rowDecoder.ts'
import { TextBuilder } from './textBuilder.ts'
import { Unholdable } from './unholdable.ts'
import { wireText } from './wireText.ts'

/** Turns rows as they arrive into Arrow record batches. */
export class BatchBuilder {
  readonly #plans: readonly ColumnPlan[]
  readonly #catalog: TypeCatalog
  readonly #builders: ColumnBuilder[]
  #columns: Column[]
  #decode: RowDecoder
  #unrolled = false
  #rowsDecoded = 0
  #rows = 0
  #bytes = 0
  #mostBytes = batchBytesNow()

  /** @param catalog the types of the source */
  constructor(plans: readonly ColumnPlan[], catalog: TypeCatalog) {
    this.#plans = plans
    this.#catalog = catalog
    this.#builders = plans.map(({ name, wire }) => createBuilder(name, wire, catalog))
    this.#columns = plans.map(({ name, type }, i) => ({ name, type, layout: this.#builders[i]!.layout }))
    this.#decode = loopDecoder(this.#builders)
  }

  /** The columns of the result so far: another array when one of them changes its layout. */
  get columns(): Column[] {
    return this.#columns
  }

  /** Rows of the open batch. */
  get rows(): number {
    return this.#rows
  }

  /** Whether the open batch is large enough to be closed. */
  get full(): boolean {
    return this.#bytes >= this.#mostBytes || this.#rows >= batchRows
  }

  /**
   * Appends the DataRow whose body is `bytes[start, end)`.
   *
   * @throws RunError for a row that is not one of these columns
   */
  append(bytes: Buffer, start: number, end: number): void {
    if (!this.#unrolled && this.#rowsDecoded + this.#rows === rowsWorthUnrolling) this.#unroll()
    if (bytes.readUInt16BE(start) !== this.#builders.length || this.#decodeRow(bytes, start + 2) !== end) {
      throw new RunError('protocol_error', 'The source sent a row that does not fit the columns that it described.')
    }
    this.#rows++
    this.#bytes += end - start
  }

  /** Closes the open batch and starts the next. */
  close(): { rows: number; message: Buffer; columns: Column[] } {
    const message = encodeBatch(
      this.#rows,
      this.#builders.map((builder) => builder.data()),
    )
    this.#settleColumns()
    const batch = { rows: this.#rows, message, columns: this.#columns }
    for (const builder of this.#builders) builder.reset()
    this.#rowsDecoded += this.#rows
    this.#rows = 0
    this.#bytes = 0
    this.#mostBytes = batchBytesNow()
    return batch
  }

  #unroll(): void {
    this.#decode = unrolledDecoder(this.#builders)
    this.#unrolled = true
  }

  #decodeRow(bytes: Buffer, at: number): number {
    try {
      return this.#decode(bytes, at)
    } catch (error) {
      if (!(error instanceof Unholdable)) throw error
      return this.#continueAsText(bytes, at)
    }
  }

  /** Takes the row again from where it got stuck; the column there becomes text. */
  #continueAsText(bytes: Buffer, rowStart: number): number {
    let end: number | undefined
    while (end === undefined) {
      // The columns before it have taken their value of this row.
      const stuck = this.#builders.findIndex((builder) => builder.length === this.#rows)
      const text = wireText(this.#plans[stuck]!.wire, this.#catalog)
      this.#builders[stuck] = new TextBuilder(this.#builders[stuck]!, text)
      let at = rowStart
      for (let i = 0; i < stuck; i++) at += 4 + Math.max(0, bytes.readInt32BE(at))
      try {
        end = loopDecoder(this.#builders.slice(stuck))(bytes, at)
      } catch (error) {
        if (!(error instanceof Unholdable)) throw error
      }
    }
    if (this.#unrolled) this.#unroll()
    else this.#decode = loopDecoder(this.#builders)
    return end
  }

  /** Remembers how earlier batches hold the columns that have another layout now. */
  #settleColumns(): void {
    const isChanged = (column: Column, i: number): boolean => {
      const { layout } = this.#builders[i]!
      return layout !== column.layout && JSON.stringify(layout) !== JSON.stringify(column.layout)
    }
    if (!this.#columns.some(isChanged)) return
    this.#columns = this.#columns.map((column, i) => {
      if (!isChanged(column, i)) return column
      const changed = { ...column, layout: this.#builders[i]!.layout }
      if (this.#rowsDecoded === 0) return changed
      const { layout, earlier = [] } = column
      return { ...changed, earlier: [...earlier, { layout, before: this.#rowsDecoded }] }
    })
  }
}
