import pg from 'pg'
import { binaryQuery } from '../db/binaryQuery.ts'
import { checksum, decompress } from './frames.ts'
import type { Manifest } from './manifest.ts'
import { release } from './release.ts'

/** Chunks are fetched in groups of about so many stored bytes: one round trip each. */
const fetchBytes = 1024 * 1024

/**
 * While all readers together hold less than this, each fetches its next group while its caller
 * works on the last; above it, chunk by chunk, so that many slow readers hold little each.
 */
const mostHeldBytes = 32 * 1024 * 1024
let heldBytes = 0

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

/** A stored chunk is missing or does not match its checksum. */
export class ResultCorrupt extends Error {
  override name = 'ResultCorrupt'

  constructor(queryId: string, n: number, why: string) {
    super(`Chunk ${n} of query ${queryId} ${why}`)
  }
}

/** A result that was still growing is gone: its run was canceled, failed or is run again. */
export class ResultWithdrawn extends Error {
  override name = 'ResultWithdrawn'

  constructor() {
    super('The result that the query had so far was withdrawn')
  }
}

/** Rows `from` to `to` (exclusive) of a result. */
export interface RowWindow {
  from: number
  to: number
}

/**
 * The chunks that hold rows of a window, in order. No connection is held while the caller
 * works on what it got; the next group is fetched meanwhile.
 *
 * @throws ResultCorrupt
 */
export async function* readChunks(pool: pg.Pool, manifest: Manifest, window: RowWindow): AsyncGenerator<ReadChunk> {
  const to = Math.min(window.to, manifest.rows)
  if (window.from >= to && manifest.rows > 0) return
  if (manifest.inlineChunk !== null) {
    yield verified(manifest.queryId, manifest.inlineChecksum!, {
      n: 0,
      firstRow: 0,
      rows: manifest.rows,
      rawBytes: manifest.rawBytes,
      frame: manifest.inlineChunk,
      // The frame is the manifest's.
      release: () => undefined,
    })
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
  let first = await findChunk(pool, manifest, window.from)
  let pending: Promise<ReadChunk[]> | undefined
  try {
    for (;;) {
      const chunks = await (pending ?? fetchGroup(pool, manifest, first, heldBytes < mostHeldBytes ? group : 1, to))
      if (chunks.length === 0) throw missing(manifest, first)
      const last = chunks[chunks.length - 1]!
      const done = last.firstRow + last.rows >= to || last.n === manifest.chunks - 1
      first = last.n + 1
      const ahead = !done && heldBytes < mostHeldBytes
      pending = ahead ? fetchGroup(pool, manifest, first, group, to) : undefined
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
  }
}

/**
 * {@link readChunks}, with the first chunk read and verified already: what is wrong with it
 * can still be answered as an error instead of breaking a download off.
 *
 * @throws ResultCorrupt
 */
export async function openChunks(
  pool: pg.Pool,
  manifest: Manifest,
  window: RowWindow,
): Promise<AsyncIterable<ReadChunk>> {
  const chunks = readChunks(pool, manifest, window)
  const first = await chunks.next()
  return (async function* () {
    if (first.done) return
    yield first.value
    yield* chunks
  })()
}

/** Chunk n, undefined if the result has none of that number. */
export async function readChunk(pool: pg.Pool, manifest: Manifest, n: number): Promise<ReadChunk | undefined> {
  if (n >= manifest.chunks) return undefined
  if (manifest.inlineChunk !== null) {
    for await (const chunk of readChunks(pool, manifest, { from: 0, to: manifest.rows })) return chunk
  }
  const [chunk] = await fetchGroup(pool, manifest, n, 1, manifest.rows)
  if (chunk === undefined) throw missing(manifest, n)
  return chunk
}

/** The rows of chunk n, undefined if the result has none of that number. */
export async function findWindow(pool: pg.Pool, manifest: Manifest, n: number): Promise<RowWindow | undefined> {
  if (n >= manifest.chunks) return undefined
  if (manifest.inlineChunk !== null) return { from: 0, to: manifest.rows }
  const { rows } = await pool.query<{ first_row: number; rows: number }>({
    text: `select first_row::float8, rows from sluice.chunks where ${partition(manifest)} and query_id = $1 and token = $2 and n = $3`,
    values: [manifest.queryId, manifest.token, n],
  })
  const row = rows[0]
  if (row === undefined) throw missing(manifest, n)
  return { from: row.first_row, to: row.first_row + row.rows }
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
async function findChunk(pool: pg.Pool, manifest: Manifest, row: number): Promise<number> {
  if (row === 0) return 0
  const { rows } = await pool.query<{ n: number | null }>({
    text: `
      select n from sluice.chunks
      where ${partition(manifest)} and query_id = $1 and token = $2 and first_row <= $3
      order by n desc limit 1`,
    values: [manifest.queryId, manifest.token, row],
  })
  return rows[0]?.n ?? 0
}

/**
 * The condition that names the partition, as text: with a parameter in its place PostgreSQL
 * would plan for every partition, which takes longer than reading a chunk.
 */
function partition(manifest: Manifest): string {
  return `expires_on = ${pg.escapeLiteral(manifest.expiresOn)}::date`
}

const fetchColumns = 6

/** Up to `count` chunks from number `first` on, none of which begins at row `to` or later. */
async function fetchGroup(
  pool: pg.Pool,
  manifest: Manifest,
  first: number,
  count: number,
  to: number,
): Promise<ReadChunk[]> {
  const client = await pool.connect()
  const chunks: ReadChunk[] = []
  const sql = `
    select n, first_row, rows, raw_bytes, checksum, data from sluice.chunks
    where ${partition(manifest)} and query_id = $1::uuid and token = $2::bigint and n >= $3::integer and n < $4::integer
      and first_row < $5::bigint
    order by n`
  const parameters = [manifest.queryId, manifest.token, String(first), String(first + count), String(to)]
  let failure: Error | undefined
  try {
    await binaryQuery(client, sql, parameters, fetchColumns, (bytes, start) => {
      // Column count, then length and value of n, first_row, rows, raw_bytes, checksum, data.
      const frameBytes = bytes.readInt32BE(start + 50)
      const frame = Buffer.allocUnsafeSlow(frameBytes)
      bytes.copy(frame, 0, start + 54, start + 54 + frameBytes)
      const chunk = {
        n: bytes.readInt32BE(start + 6),
        firstRow: Number(bytes.readBigInt64BE(start + 14)),
        rows: bytes.readInt32BE(start + 26),
        rawBytes: bytes.readInt32BE(start + 34),
        frame,
        release: () => release(frame),
      }
      const stored = Number(bytes.readBigInt64BE(start + 42))
      try {
        if (chunk.n !== first + chunks.length) throw missing(manifest, first + chunks.length)
        chunks.push(verified(manifest.queryId, stored, chunk))
      } catch (error) {
        failure ??= error as Error
      }
    })
  } finally {
    client.release()
  }
  if (failure !== undefined) throw failure
  return chunks
}

function missing(manifest: Manifest, n: number): Error {
  return manifest.complete ? new ResultCorrupt(manifest.queryId, n, 'is missing') : new ResultWithdrawn()
}

function verified(queryId: string, stored: number, chunk: ReadChunk): ReadChunk {
  if (checksum(chunk.frame) !== stored) throw new ResultCorrupt(queryId, chunk.n, 'does not match its checksum')
  return chunk
}
