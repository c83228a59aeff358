import type { Column } from '../arrow/columns.ts'
import type { Manifest } from './manifest.ts'

/** The run that writes a result. */
export interface ResultOwner {
  queryId: string
  /** Lease token of the run. */
  token: string
  attempt: number
  /** Partition that the chunks go to, `YYYY-MM-DD`. */
  expiresOn: string
}

/** What a result has besides chunks. */
export interface ResultHead {
  columns: readonly Column[]
  /** Arrow IPC schema message. */
  schemaMessage: Buffer
}

/** A chunk as it is stored. */
export interface StoredChunk {
  n: number
  firstRow: number
  rows: number
  rawBytes: number
  checksum: number
  /** One zstd frame. */
  frame: Buffer
  /** What the result has besides chunks from this one on, if that is not what it had before. */
  head?: ResultHead
}

/** A chunk as it is read back, verified. */
export interface ReadChunk {
  n: number
  firstRow: number
  rows: number
  rawBytes: number
  /** One zstd frame. */
  frame: Buffer
  /** Gives the frame's memory back; whoever calls it must not use the frame any more. Not calling it is no error. */
  release: () => void
}

/**
 * Makes a write to PostgreSQL, again and again while PostgreSQL is away: where a second one
 * changes nothing if the first did happen.
 */
export type Repeat = <T>(write: () => Promise<T>) => Promise<T>

/** Writes the chunks of one run, in order. */
export interface ChunkWriter {
  /**
   * Takes the next chunk, frame and all; resolves when there is room for another.
   *
   * @throws LeaseLost, or what the store failed with
   */
  add(chunk: StoredChunk): Promise<void>
  /**
   * Resolves when all chunks are stored and the manifest names them.
   *
   * @throws LeaseLost, or what the store failed with
   */
  finish(): Promise<void>
  /** Gives up: what the manifest does not name yet goes away. Calls under way reject. */
  abandon(): Promise<void>
}

/** Where the chunks of a result are. */
export type ChunkPlace = Pick<Manifest, 'queryId' | 'token' | 'expiresOn' | 'bucket' | 'objectPrefix'>

/**
 * A place for the frames of chunks. Whichever it is, sluice.results holds the manifest and
 * sluice.chunks a row for each chunk; a reader sees exactly the chunks that the manifest counts.
 */
export interface ChunkStore {
  readonly name: 'postgresql' | 's3'
  /** Begins to write the chunks of a run. */
  writer(owner: ResultOwner, head: ResultHead, repeat: Repeat): ChunkWriter
  /**
   * Up to `count` chunks from number `first` on, none of which begins at row `to` or later:
   * those before the first that is not there, which may be none.
   *
   * @throws ResultCorrupt, ResultStoreUnavailable
   */
  fetch(place: ChunkPlace, first: number, count: number, to: number): Promise<ReadChunk[]>
}

/** The run no longer holds its lease: another one has taken its place, and nothing was written. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'

  constructor(queryId: string) {
    super(`The lease of query ${queryId} was lost`)
  }
}

/**
 * Chunks that were stored are there no more: commits of chunks wait for no disk, so a crash of
 * PostgreSQL can undo the last of them.
 */
export class ChunksLost extends Error {
  override name = 'ChunksLost'

  constructor(queryId: string) {
    super(`Stored chunks of query ${queryId} are gone`)
  }
}
