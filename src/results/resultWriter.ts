import type pg from 'pg'
import type { Batch } from '../arrow/batch.ts'
import type { Column } from '../arrow/columns.ts'
import { encodeSchema } from '../arrow/encode.ts'
import { checksum, compress } from './frames.ts'
import { storeChunk, type ResultOwner } from './storeChunk.ts'

/** A result whose only chunk is at most so large as stored is kept in its manifest. */
export const inlineBytes = 64 * 1024

/** Chunks that may be on their way to the store; with them the memory of a run is bounded. */
const mostInFlight = 2

/** What the final manifest of a result says; becomes a row with the end of the query. */
export interface ManifestDraft {
  expiresOn: string
  rows: number
  rawBytes: number
  storedBytes: number
  chunks: number
  columns: readonly Column[]
  schemaMessage: Buffer
  inline: { frame: Buffer; checksum: number } | null
}

/** Writes the result of one run, batch by batch: each becomes a chunk, stored in order as it comes. */
export class ResultWriter {
  readonly #pool: pg.Pool
  readonly #owner: ResultOwner
  readonly #columns: readonly Column[]
  readonly #schemaMessage: Buffer
  readonly #inFlight = new Set<Promise<void>>()
  #stored: Promise<void> = Promise.resolve()
  #failure: { error: unknown } | undefined
  #rows = 0
  #rawBytes = 0
  #storedBytes = 0
  #chunks = 0
  #inline: ManifestDraft['inline'] = null

  constructor(pool: pg.Pool, owner: ResultOwner, columns: readonly Column[]) {
    this.#pool = pool
    this.#owner = owner
    this.#columns = columns
    this.#schemaMessage = encodeSchema(columns)
  }

  /**
   * Takes the next batch; resolves when there is room for another.
   *
   * @throws LeaseLost, or the error of an earlier chunk
   */
  async write(batch: Batch): Promise<void> {
    if (batch.last && this.#chunks === 0) {
      const frame = await compress(batch.message)
      if (frame.length <= inlineBytes) {
        this.#inline = { frame, checksum: checksum(frame) }
        this.#count(batch, frame)
        return
      }
      this.#enqueue(batch, Promise.resolve(frame))
    } else {
      this.#enqueue(batch, compress(batch.message))
    }
    while (this.#inFlight.size >= mostInFlight && this.#failure === undefined) await Promise.race(this.#inFlight)
    this.#throwFailure()
  }

  /** Waits until every chunk is stored and tells what the manifest must say. */
  async finish(): Promise<ManifestDraft> {
    await this.#stored
    this.#throwFailure()
    return {
      expiresOn: this.#owner.expiresOn,
      rows: this.#rows,
      rawBytes: this.#rawBytes,
      storedBytes: this.#storedBytes,
      chunks: this.#chunks,
      columns: this.#columns,
      schemaMessage: this.#schemaMessage,
      inline: this.#inline,
    }
  }

  /** Waits for what is on its way, whatever becomes of it: nothing is written after this. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#inFlight)
  }

  #enqueue(batch: Batch, compressed: Promise<Buffer>): void {
    const n = this.#chunks
    const firstRow = this.#rows
    this.#count(batch, undefined)
    const previous = this.#stored
    const task = (async () => {
      const frame = await compressed
      await previous
      if (this.#failure !== undefined) return
      const chunk = { n, firstRow, rows: batch.rows, rawBytes: batch.message.length, checksum: checksum(frame), frame }
      await storeChunk(this.#pool, this.#owner, this.#columns, this.#schemaMessage, chunk)
      this.#storedBytes += frame.length
    })()
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#inFlight.delete(task))
    this.#stored = task
    this.#inFlight.add(task)
  }

  #count(batch: Batch, frame: Buffer | undefined): void {
    this.#rows += batch.rows
    this.#rawBytes += batch.message.length
    this.#storedBytes += frame?.length ?? 0
    this.#chunks++
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
