import { RunError } from '../errors.ts'
import type { Column } from '../arrow/columns.ts'
import { encodeBatch } from '../arrow/encode.ts'
import type { ColumnBuilder } from './columnBuilder.ts'
import { createBuilder } from './createBuilder.ts'
import { planColumn, type ColumnPlan } from './columnTypes.ts'
import { loopDecoder, rowsWorthUnrolling, unrolledDecoder, type RowDecoder } from './rowDecoder.ts'
import type { FieldDescription } from '../wire/messages.ts'

/** A batch closes at about this many bytes as the source sent them … */
export const batchBytes = 1024 * 1024
/** … or at this many rows. */
export const batchRows = 65_536

/** Turns rows as they arrive into Arrow record batches. */
export class BatchBuilder {
  readonly plans: ColumnPlan[]
  readonly #builders: ColumnBuilder[]
  #decode: RowDecoder
  #unrolled = false
  #rowsDecoded = 0
  #rows = 0
  #bytes = 0

  constructor(fields: readonly FieldDescription[]) {
    this.plans = fields.map(planColumn)
    this.#builders = this.plans.map((plan, i) => createBuilder(fields[i]!.name, plan.layout, plan.versioned))
    this.#decode = loopDecoder(this.#builders)
  }

  /** The columns of the result, given the source's name for each type. */
  columns(fields: readonly FieldDescription[], typeNames: readonly string[]): Column[] {
    return fields.map((field, i) => ({ name: field.name, type: typeNames[i]!, layout: this.plans[i]!.layout }))
  }

  /** Rows of the open batch. */
  get rows(): number {
    return this.#rows
  }

  /** Whether the open batch is large enough to be closed. */
  get full(): boolean {
    return this.#bytes >= batchBytes || this.#rows >= batchRows
  }

  /**
   * Appends the DataRow whose body is `bytes[start, end)`.
   *
   * @throws RunError for a value that Arrow cannot hold or a row that is not one of these columns
   */
  append(bytes: Buffer, start: number, end: number): void {
    if (!this.#unrolled && this.#rowsDecoded + this.#rows === rowsWorthUnrolling) {
      this.#decode = unrolledDecoder(this.#builders)
      this.#unrolled = true
    }
    if (bytes.readUInt16BE(start) !== this.#builders.length || this.#decode(bytes, start + 2) !== end) {
      throw new RunError('protocol_error', 'The source sent a row that does not fit the columns that it described.')
    }
    this.#rows++
    this.#bytes += end - start
  }

  /** Closes the open batch and starts the next. */
  close(): { rows: number; message: Buffer } {
    const message = encodeBatch(
      this.#rows,
      this.#builders.map((builder) => builder.data()),
    )
    const batch = { rows: this.#rows, message }
    for (const builder of this.#builders) builder.reset()
    this.#rowsDecoded += this.#rows
    this.#rows = 0
    this.#bytes = 0
    return batch
  }
}
