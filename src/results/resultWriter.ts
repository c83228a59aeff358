import type { Batch } from '../arrow/batch.ts'
import type { Column } from '../arrow/columns.ts'
import { encodeSchema } from '../arrow/encode.ts'
import { RunError } from '../errors.ts'
import { ChunkCompressor } from './chunkCompressor.ts'
import { checksum } from './frames.ts'
import { release } from './release.ts'
import {
  ChunksLost,
  type ChunkWriter,
  type Repeat,
  type ResultHead,
  type ResultOwner,
  type StoredChunk,
} from './store.ts'
import type { ResultStores } from './stores.ts'

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

/** Chunks that are read at a time when they move from PostgreSQL to S3. */
const movedAtOnce = 4

/**
 * Writes the result of one run, batch by batch: each becomes a chunk, stored in order as it
 * comes. A result that grows beyond `s3AboveBytes` moves to S3, and goes on there.
 */
export class ResultWriter {
  readonly #stores: ResultStores
  readonly #owner: ResultOwner
  /** What the result has besides chunks, from each chunk on at which that changed. */
  readonly #heads = new Map<number, ResultHead>()
  #head: ResultHead
  readonly #firstHead: ResultHead
  readonly #s3AboveBytes: number | null
  readonly #repeat: Repeat
  #writer: ChunkWriter
  #isInS3 = false
  readonly #compressor = new ChunkCompressor()
  readonly #inFlight = new Set<Promise<void>>()
  #stored: Promise<void> = Promise.resolve()
  #failure: { error: unknown } | undefined
  #rows = 0
  #rawBytes = 0
  #storedBytes = 0
  #chunks = 0
  #inline: ManifestDraft['inline'] = null

  /**
   * @param s3AboveBytes stored bytes above which the result lies in S3; null: never
   * @param repeat makes the writes to PostgreSQL
   */
  constructor(
    stores: ResultStores,
    owner: ResultOwner,
    columns: readonly Column[],
    s3AboveBytes: number | null = null,
    repeat: Repeat = (write) => write(),
  ) {
    this.#stores = stores
    this.#owner = owner
    this.#head = { columns, schemaMessage: encodeSchema(columns) }
    this.#firstHead = this.#head
    this.#s3AboveBytes = s3AboveBytes
    this.#repeat = repeat
    this.#writer = stores.postgresql.writer(owner, this.#head, repeat)
  }

  /**
   * Takes the next batch, message and all; resolves when there is room for another.
   *
   * @throws LeaseLost, ChunksLost, or what an earlier chunk failed with
   */
  async write(batch: Batch): Promise<void> {
    if (batch.columns !== this.#head.columns) {
      this.#head = { columns: batch.columns, schemaMessage: encodeSchema(batch.columns) }
      this.#heads.set(this.#chunks, this.#head)
    }
    if (batch.last && this.#chunks === 0) {
      const frame = await this.#compressor.compress(batch.message)
      if (frame.length <= inlineBytes) {
        this.#inline = { frame, checksum: checksum(frame) }
        this.#count(batch, frame)
        return
      }
      this.#enqueue(batch, Promise.resolve(frame))
    } else {
      this.#enqueue(batch, this.#compressor.compress(batch.message))
    }
    while (this.#inFlight.size >= mostInFlight && this.#failure === undefined) await Promise.race(this.#inFlight)
    this.#throwFailure()
  }

  /** Waits until every chunk is stored and tells what the manifest must say. */
  async finish(): Promise<ManifestDraft> {
    await this.#stored
    this.#throwFailure()
    await this.#writer.finish()
    return {
      expiresOn: this.#owner.expiresOn,
      rows: this.#rows,
      rawBytes: this.#rawBytes,
      storedBytes: this.#storedBytes,
      chunks: this.#chunks,
      columns: this.#head.columns,
      schemaMessage: this.#head.schemaMessage,
      inline: this.#inline,
    }
  }

  /** Waits for what is on its way, whatever becomes of it: nothing is written after this. */
  async abandon(): Promise<void> {
    this.#failure ??= { error: new Error('The result was given up') }
    await this.#writer.abandon()
    await Promise.allSettled(this.#inFlight)
  }

  #enqueue(batch: Batch, compressed: Promise<Buffer>): void {
    const n = this.#chunks
    const firstRow = this.#rows
    const { rows, message } = batch
    const rawBytes = message.length
    this.#count(batch, undefined)
    const previous = this.#stored
    const task = (async () => {
      const frame = await compressed
      release(message)
      await previous
      if (this.#failure !== undefined) return
      const storedBytes = frame.length
      await this.#store(this.#withHead({ n, firstRow, rows, rawBytes, checksum: checksum(frame), frame }))
      this.#storedBytes += storedBytes
    })()
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#inFlight.delete(task))
    this.#stored = task
    this.#inFlight.add(task)
  }

  #withHead(chunk: StoredChunk): StoredChunk {
    const head = this.#heads.get(chunk.n)
    return head === undefined ? chunk : { ...chunk, head }
  }

  async #store(chunk: StoredChunk): Promise<void> {
    const limit = this.#s3AboveBytes
    if (!this.#isInS3 && limit !== null && this.#storedBytes + chunk.frame.length > limit) await this.#moveToS3(chunk.n)
    await this.#writer.add(chunk)
  }

  /** What lies in PostgreSQL so far becomes the beginning of the first object. */
  async #moveToS3(chunks: number): Promise<void> {
    const { postgresql, s3 } = this.#stores
    if (s3 === undefined) {
      throw new RunError(
        'result_store_failed',
        `Results above ${this.#s3AboveBytes} bytes of this lane lie in S3, and the worker has no settings for it (SLUICE_S3_BUCKET).`,
        { retryable: false },
      )
    }
    const place = { ...this.#owner, bucket: null, objectPrefix: null }
    this.#writer = s3.writer(this.#owner, this.#firstHead, this.#repeat)
    this.#isInS3 = true
    for (let n = 0; n < chunks;) {
      const count = Math.min(movedAtOnce, chunks - n)
      const moved = await this.#repeat(() => postgresql.fetch(place, n, count, Number.MAX_SAFE_INTEGER))
      if (moved.length === 0) throw new ChunksLost(this.#owner.queryId)
      for (const chunk of moved) await this.#writer.add(this.#withHead({ ...chunk, checksum: checksum(chunk.frame) }))
      n += moved.length
    }
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
