import type pg from 'pg'
import { firstRowsOf } from '../firstRows.ts'
import { compress } from '../frames.ts'
import { endOfStream } from '../../arrow/encode.ts'
import type { ChunkWriter, Repeat, ResultHead, ResultOwner, StoredChunk } from '../store.ts'
import type { S3Bucket } from './bucket.ts'
import { commitSegment, type PlacedChunk } from './commitSegment.ts'
import { objectPrefix, segmentKey } from './keys.ts'
import { rootOf } from './root.ts'
import { ObjectUpload } from './upload.ts'

const largestSegmentBytes = 1024 * 1024 * 1024
/** A segment takes in chunks for at least so much of the time that the run has taken: long runs make few segments. */
const segmentShare = 1 / 4

interface Segment {
  n: number
  upload: ObjectUpload
  chunks: PlacedChunk[]
}

/**
 * Writes chunks to S3, several to an object: a segment. Its chunks enter sluice.chunks and the
 * manifest together, once the object is complete and only while the run holds its lease. Each
 * segment is a whole Arrow stream of its own; a result that is written fast has only one.
 */
export class S3Writer implements ChunkWriter {
  readonly #pool: pg.Pool
  readonly #bucket: S3Bucket
  readonly #owner: ResultOwner
  readonly #repeat: Repeat
  #head: ResultHead
  #prefix = ''
  readonly #startedAt = performance.now()
  #tail: Promise<void> = Promise.resolve()
  #segment: Segment | undefined
  #segments = 0
  #timer: NodeJS.Timeout | undefined
  #failure: { error: unknown } | undefined
  #schemaFrame: Promise<Buffer>
  #firstRows: Buffer | null = null

  constructor(pool: pg.Pool, bucket: S3Bucket, owner: ResultOwner, head: ResultHead, repeat: Repeat) {
    this.#pool = pool
    this.#bucket = bucket
    this.#owner = owner
    this.#repeat = repeat
    this.#head = head
    this.#schemaFrame = compress(head.schemaMessage)
  }

  add(chunk: StoredChunk): Promise<void> {
    return this.#next(async () => {
      if (chunk.head !== undefined) await this.#changeHead(chunk.head)
      const { upload, chunks } = this.#segment ?? (await this.#open())
      const { frame, head: _, ...about } = chunk
      if (chunk.n === 0) this.#firstRows = await firstRowsOf(this.#head.columns, frame, chunk.rawBytes)
      chunks.push({ ...about, objectOffset: upload.bytes, storedBytes: frame.length })
      await upload.write(frame)
      if (upload.bytes >= largestSegmentBytes) await this.#commit()
    })
  }

  finish(): Promise<void> {
    return this.#next(() => this.#commit())
  }

  async abandon(): Promise<void> {
    clearTimeout(this.#timer)
    this.#failure ??= { error: new Error('The result was given up') }
    await this.#segment?.upload.abandon()
    await this.#tail
  }

  /** One step after another; none after one that failed. */
  #next(step: () => Promise<void>): Promise<void> {
    const run = this.#tail.then(async () => {
      if (this.#failure !== undefined) throw this.#failure.error
      try {
        await step()
      } catch (error) {
        this.#failure ??= { error }
        clearTimeout(this.#timer)
        await this.#segment?.upload.abandon()
        throw error
      }
    })
    this.#tail = run.catch(() => undefined)
    return run
  }

  /** A segment has one schema, so the next one begins here. */
  async #changeHead(head: ResultHead): Promise<void> {
    await this.#commit()
    this.#head = head
    this.#schemaFrame = compress(head.schemaMessage)
  }

  async #open(): Promise<Segment> {
    this.#prefix ||= objectPrefix(await this.#repeat(() => rootOf(this.#pool, this.#bucket)), this.#owner)
    const n = this.#segments++
    const upload = new ObjectUpload(this.#bucket, segmentKey(this.#prefix, n))
    const segment = { n, upload, chunks: [] }
    this.#segment = segment
    const delayMs = Math.max(this.#bucket.patience.firstSegmentMs, (performance.now() - this.#startedAt) * segmentShare)
    // What goes wrong is told by the next call.
    this.#timer = setTimeout(() => void this.#next(() => this.#commit()).catch(() => undefined), delayMs)
    await upload.write(await this.#schemaFrame)
    return segment
  }

  async #commit(): Promise<void> {
    clearTimeout(this.#timer)
    const segment = this.#segment
    if (segment === undefined) return
    await segment.upload.write(await compress(Buffer.from(endOfStream)))
    await segment.upload.complete()
    const named = {
      bucket: this.#bucket.config.bucket,
      objectPrefix: this.#prefix,
      n: segment.n,
      chunks: segment.chunks,
      firstRows: this.#firstRows,
    }
    await this.#repeat(() => commitSegment(this.#pool, this.#owner, this.#head, named))
    this.#segment = undefined
    this.#firstRows = null
  }
}
