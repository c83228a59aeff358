import type { Batch } from '../arrow/batch.ts'
import type { Column } from '../arrow/columns.ts'
import type { BatchBuilder } from './builders/batchBuilder.ts'
import { enterLargeResult } from './builders/batchSize.ts'

/** Closed batches that may wait to be taken before the source is made to wait. */
const mostBatchesWaiting = 2
/** A row waits no longer than this for its batch to fill; the first one of a result, for which somebody may be waiting … */
const firstDelayMs = 100
/** … and any other. */
const batchDelayMs = 200

/** Where a result stops; null: no limit. */
export interface ResultLimits {
  rowLimit: number | null
  /** Limit on the bytes of the rows as the source sends them. */
  byteLimit: number | null
}

/** What is known at the end of a result. */
export interface ResultSummary {
  rows: number
  limitingFactor: 'row_limit' | 'byte_limit' | null
}

/**
 * Rows in, batches out. A batch closes when it is full or {@link firstDelayMs}, later
 * {@link batchDelayMs}, after its first row; while {@link mostBatchesWaiting} of them wait to be taken, the socket is paused.
 */
export class ResultStream {
  /** The columns of the result; rejects with the error of one that does not get that far. */
  readonly columns: Promise<Column[]>
  readonly #socket: { pause(): unknown; resume(): unknown }
  readonly #limits: ResultLimits
  readonly #waiting: Batch[] = []
  readonly #columnsKnown = Promise.withResolvers<Column[]>()
  #builder: BatchBuilder | undefined
  #delay: NodeJS.Timeout | undefined
  #rows = 0
  #bytes = 0
  #limitingFactor: ResultSummary['limitingFactor'] = null
  #ended = false
  #error: Error | undefined
  #wake: (() => void) | undefined
  #leave: (() => void) | undefined

  constructor(socket: { pause(): unknown; resume(): unknown }, limits: ResultLimits) {
    this.#socket = socket
    this.#limits = limits
    this.columns = this.#columnsKnown.promise
    this.columns.catch(() => undefined)
  }

  /** Rows taken so far and the limit that cut the result short, if one did. */
  get summary(): ResultSummary {
    return { rows: this.#rows, limitingFactor: this.#limitingFactor }
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Says what the rows are made into; comes before the first of them. */
  start(builder: BatchBuilder): void {
    this.#builder = builder
    this.#columnsKnown.resolve(builder.columns)
  }

  /**
   * Takes the DataRow whose body is `bytes[start, end)`. False: the result has reached a
   * limit, neither this row nor a later one is taken.
   *
   * @throws RunError for a value that Arrow cannot hold
   */
  append(bytes: Buffer, start: number, end: number): boolean {
    const builder = this.#builder!
    if (!this.hasRoom(end - start)) return false
    builder.append(bytes, start, end)
    this.#rows++
    this.#bytes += end - start
    if (builder.full) this.#closeFullBatch()
    else if (builder.rows === 1) {
      this.#delay ??= setTimeout(() => this.#onDelay(), this.#rows === 1 ? firstDelayMs : batchDelayMs)
    }
    return true
  }

  /** No more rows: what waits can still be taken, then the batches end, or throw `error`. */
  end(error?: Error): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    if (error !== undefined) this.#columnsKnown.reject(error)
    if (error === undefined && this.#builder !== undefined && this.#builder.rows > 0) this.#closeBatch(true)
    clearTimeout(this.#delay)
    this.#leave?.()
    // What the source says after the rows is read at once.
    this.#socket.resume()
    this.#wake?.()
  }

  /** The batches in order, for one consumer. */
  async *batches(): AsyncGenerator<Batch, void, undefined> {
    for (;;) {
      const batch = this.#waiting.shift()
      if (batch !== undefined) {
        if (!this.#ended && this.#waiting.length < mostBatchesWaiting) this.#socket.resume()
        yield batch
      } else if (this.#error !== undefined) {
        throw this.#error
      } else if (this.#ended) {
        return
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve))
        this.#wake = undefined
      }
    }
  }

  /** Whether a row of so many bytes is taken. If not, the result has reached a limit. */
  hasRoom(rowBytes: number): boolean {
    const { rowLimit, byteLimit } = this.#limits
    if (rowLimit !== null && this.#rows === rowLimit) this.#limitingFactor ??= 'row_limit'
    else if (byteLimit !== null && this.#bytes + rowBytes > byteLimit) this.#limitingFactor ??= 'byte_limit'
    return this.#limitingFactor === null
  }

  #onDelay(): void {
    this.#delay = undefined
    if (this.#builder !== undefined && this.#builder.rows > 0) this.#closeBatch(false)
  }

  #closeFullBatch(): void {
    this.#leave ??= enterLargeResult()
    this.#closeBatch(false)
  }

  #closeBatch(last: boolean): void {
    clearTimeout(this.#delay)
    this.#delay = undefined
    this.#waiting.push({ ...this.#builder!.close(), last })
    if (!this.#ended && this.#waiting.length >= mostBatchesWaiting) this.#socket.pause()
    this.#wake?.()
  }
}
