import { decompress, verified } from './frames.ts'
import type { Manifest, ManifestRow } from './manifest.ts'
import { noteCorrupt } from './noteCorrupt.ts'
import { inPartition } from './postgresStore.ts'
import { ResultCorrupt, ResultWithdrawn } from './resultErrors.ts'
import type { ReadChunk } from './store.ts'
import { storeOf, type ResultStores } from './stores.ts'

/** Chunks are fetched in groups of about so many stored bytes: one round trip each. */
const fetchBytes = 1024 * 1024

/**
 * While all readers together hold less than this, each fetches its next group while its caller
 * works on the last; above it, chunk by chunk, so that many slow readers hold little each.
 */
const mostHeldBytes = 8 * 1024 * 1024
let heldBytes = 0

/** Rows `from` to `to` (exclusive) of a result. */
export interface RowWindow {
  from: number
  to: number
}

/**
 * The chunks that hold rows of a window, in order. No connection is held while the caller
 * works on what it got; the next group is fetched meanwhile.
 *
 * @throws ResultCorrupt, ResultWithdrawn, ResultStoreUnavailable
 */
export async function* readChunks(
  stores: ResultStores,
  manifest: Manifest,
  window: RowWindow,
): AsyncGenerator<ReadChunk> {
  const to = Math.min(window.to, manifest.rows)
  if (window.from >= to && manifest.rows > 0) return
  if (manifest.inlineChunk !== null) {
    yield await inlineChunk(stores, manifest, manifest.inlineChunk)
    return
  }
  if (manifest.chunks === 0) return

  const group = groupSize(manifest)
  const groupBytes = (group * manifest.storedBytes) / manifest.chunks
  let held = 0
  const hold = (bytes: number): void => {
    heldBytes += bytes - held
    held = bytes
  }
  const leave = stores.readers.enter(manifest)
  let pending: Promise<ReadChunk[]> | undefined
  try {
    let first = await findChunk(stores, manifest, window.from)
    for (;;) {
      const chunks = await (pending ?? fetchGroup(stores, manifest, first, heldBytes < mostHeldBytes ? group : 1, to))
      const last = chunks[chunks.length - 1]!
      const done = last.firstRow + last.rows >= to || last.n === manifest.chunks - 1
      first = last.n + 1
      const ahead = !done && heldBytes < mostHeldBytes
      pending = ahead ? fetchGroup(stores, manifest, first, group, to) : undefined
      pending?.catch(() => undefined)
      hold(chunks.reduce((bytes, chunk) => bytes + chunk.frame.length, ahead ? groupBytes : 0))
      for (const chunk of chunks) {
        if (chunk.firstRow >= to) return
        yield chunk
      }
      if (done) return
    }
  } finally {
    hold(0)
    leave()
  }
}

/** Chunks that are being read; disposing of them lets go of what was read ahead. */
export type OpenChunks = AsyncIterable<ReadChunk> & AsyncDisposable

/**
 * Chunks, with the first one read and verified already: what is wrong with it can still be
 * answered as an error instead of breaking a download off.
 *
 * @throws what reading the first chunk throws
 */
export async function openChunks(chunks: AsyncGenerator<ReadChunk>): Promise<OpenChunks> {
  const first = await chunks.next()
  return {
    async *[Symbol.asyncIterator]() {
      if (first.done) return
      yield first.value
      yield* chunks
    },
    async [Symbol.asyncDispose]() {
      await chunks.return(undefined)
    },
  }
}

/** Chunk n, undefined if the result has none of that number. */
export async function readChunk(stores: ResultStores, manifest: Manifest, n: number): Promise<ReadChunk | undefined> {
  if (n >= manifest.chunks) return undefined
  if (manifest.inlineChunk !== null) return await inlineChunk(stores, manifest, manifest.inlineChunk)
  return (await fetchGroup(stores, manifest, n, 1, manifest.rows))[0]
}

/** The rows of chunk n, undefined if the result has none of that number. */
export async function findWindow(stores: ResultStores, manifest: Manifest, n: number): Promise<RowWindow | undefined> {
  if (n >= manifest.chunks) return undefined
  if (manifest.inlineChunk !== null) return { from: 0, to: manifest.rows }
  const row = await seek(stores, manifest, async () => {
    const { rows } = await stores.pool.query<{ first_row: number; rows: number }>({
      text: `select first_row::float8, rows from sluice.chunks where ${inPartition(manifest)} and query_id = $1 and token = $2 and n = $3`,
      values: [manifest.queryId, manifest.token, n],
    })
    return rows[0]
  })
  if (row === undefined) throw await missing(stores, manifest, n)
  return { from: row.first_row, to: row.first_row + row.rows }
}

/**
 * The rows of the chunks that hold bytes `from` to `to` (exclusive) of all chunks before
 * compression, one after another, and the offset of the first of these chunks; undefined if
 * no chunk holds any. Reads no chunk.
 */
export async function findBytes(
  stores: ResultStores,
  manifest: Manifest,
  from: number,
  to: number,
): Promise<{ window: RowWindow; offset: number } | undefined> {
  if (to <= 0 || Math.max(from, 0) >= manifest.rawBytes) return undefined
  if (manifest.inlineChunk !== null) return { window: { from: 0, to: manifest.rows }, offset: 0 }
  const found = await seek(stores, manifest, async () => {
    const { rows } = await stores.pool.query<{ first_row: number; end_row: number; at: number }>({
      text: `
        select min(first_row)::float8 as first_row, max(first_row + rows)::float8 as end_row, min(at)::float8 as at
        from (
          select first_row, rows, raw_bytes, sum(raw_bytes) over (order by n) - raw_bytes as at
          from sluice.chunks where ${inPartition(manifest)} and query_id = $1 and token = $2
        ) placed
        where at < $4 and at + raw_bytes > $3
        having count(*) > 0`,
      values: [manifest.queryId, manifest.token, from, to],
    })
    return rows[0]
  })
  if (found === undefined) throw await missing(stores, manifest, 0)
  return { window: { from: found.first_row, to: found.end_row }, offset: found.at }
}

/** The Arrow messages in a chunk. */
export function chunkBody(chunk: ReadChunk): Promise<Buffer> {
  return decompress(chunk.frame, chunk.rawBytes)
}

function groupSize(manifest: Manifest): number {
  const average = manifest.storedBytes / manifest.chunks
  return Math.max(1, Math.min(32, Math.round(fetchBytes / Math.max(average, 1))))
}

/** The number of the chunk that holds a row; served by the primary key, without reading chunks. */
async function findChunk(stores: ResultStores, manifest: Manifest, row: number): Promise<number> {
  if (row === 0) return 0
  const n = await seek(stores, manifest, async () => {
    const { rows } = await stores.pool.query<{ n: number }>({
      text: `
        select n from sluice.chunks
        where ${inPartition(manifest)} and query_id = $1 and token = $2 and first_row <= $3
        order by n desc limit 1`,
      values: [manifest.queryId, manifest.token, row],
    })
    return rows[0]?.n
  })
  return n ?? 0
}

/** What `find` finds where the chunks are said to be, or else where they have moved since. */
async function seek<T>(
  stores: ResultStores,
  manifest: Manifest,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  return (await find()) ?? ((await hasMoved(stores, manifest)) ? await find() : undefined)
}

/** Up to `count` chunks from number `first` on, at least one, none of which begins at row `to` or later. */
async function fetchGroup(
  stores: ResultStores,
  manifest: Manifest,
  first: number,
  count: number,
  to: number,
): Promise<ReadChunk[]> {
  const fetch = (): Promise<ReadChunk[]> => storeOf(stores, manifest).fetch(manifest, first, count, to)
  try {
    const chunks = await fetch()
    if (chunks.length > 0) return chunks
    const moved = (await hasMoved(stores, manifest)) ? await fetch() : []
    if (moved.length > 0) return moved
  } catch (error) {
    if (error instanceof ResultCorrupt) await noteCorrupt(stores.pool, error)
    throw error
  }
  throw await missing(stores, manifest, first)
}

async function inlineChunk(stores: ResultStores, manifest: Manifest, frame: Buffer): Promise<ReadChunk> {
  try {
    verified(manifest.queryId, 0, frame, manifest.inlineChecksum!)
  } catch (error) {
    await noteCorrupt(stores.pool, error as ResultCorrupt)
    throw error
  }
  // The frame is the manifest's.
  return { n: 0, firstRow: 0, rows: manifest.rows, rawBytes: manifest.rawBytes, frame, release: () => undefined }
}

/**
 * Chunks move while they are read: to S3, and to the partition of a later day. Puts into the
 * manifest where they are now; false if that is where they were sought.
 */
async function hasMoved({ pool }: ResultStores, manifest: Manifest): Promise<boolean> {
  const { rows } = await pool.query<Pick<ManifestRow, 'expires_on' | 'bucket' | 'object_prefix'>>({
    name: 'find_result',
    text: 'select expires_on::text, bucket, object_prefix from sluice.results where query_id = $1 and token = $2',
    values: [manifest.queryId, manifest.token],
  })
  const now = rows[0]
  if (now === undefined || (now.expires_on === manifest.expiresOn && now.object_prefix === manifest.objectPrefix)) {
    return false
  }
  manifest.expiresOn = now.expires_on
  manifest.bucket = now.bucket
  manifest.objectPrefix = now.object_prefix
  return true
}

async function missing({ pool }: ResultStores, manifest: Manifest, n: number): Promise<Error> {
  if (!manifest.complete) return new ResultWithdrawn()
  const error = new ResultCorrupt(manifest.queryId, n, 'is missing')
  await noteCorrupt(pool, error)
  return error
}
