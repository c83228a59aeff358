import type pg from 'pg'
import type { Opened, S3Bucket } from './bucket.ts'
import { verified } from '../frames.ts'
import { inPartition } from '../postgresStore.ts'
import { release } from '../release.ts'
import { ResultCorrupt, ResultStoreUnavailable } from '../resultErrors.ts'
import type { ChunkPlace, ChunkStore, ReadChunk } from '../store.ts'
import { isNotFound, whatHappened } from './failures.ts'
import { segmentKey } from './keys.ts'
import { readRange } from './readRange.ts'
import { S3Writer } from './writer.ts'

/** Chunks in objects of a bucket. */
export function s3Store(pool: pg.Pool, bucket: S3Bucket): ChunkStore {
  return {
    name: 's3',
    writer: (owner, head, repeat) => new S3Writer(pool, bucket, owner, head, repeat),
    fetch: (place, first, count, to) => fetchChunks(pool, bucket, place, first, count, to),
  }
}

interface PlacedRow {
  n: number
  first_row: number
  rows: number
  raw_bytes: number
  checksum: number
  segment: number
  object_offset: number
  stored_bytes: number
}

async function fetchChunks(
  pool: pg.Pool,
  bucket: S3Bucket,
  place: ChunkPlace,
  first: number,
  count: number,
  to: number,
): Promise<ReadChunk[]> {
  const { rows } = await pool.query<PlacedRow>({
    text: `
      select n, first_row::float8, rows, raw_bytes, checksum::float8, segment, object_offset::float8, stored_bytes
      from sluice.chunks
      where ${inPartition(place)} and query_id = $1 and token = $2 and n >= $3 and n < $4 and first_row < $5
        and segment is not null
      order by n`,
    values: [place.queryId, place.token, first, first + count, to],
  })
  const gap = rows.findIndex(({ n }, i) => n !== first + i)
  const placed = gap === -1 ? rows : rows.slice(0, gap)
  // Frames of one segment lie one after another: one request for all of them.
  const runs = new Map<number, PlacedRow[]>()
  for (const row of placed) runs.set(row.segment, [...(runs.get(row.segment) ?? []), row])
  const opened = await bucket.open()
  const chunks: ReadChunk[] = []
  for (const [segment, run] of runs) chunks.push(...(await fetchRun(opened, place, segment, run)))
  return chunks
}

async function fetchRun(
  opened: Opened,
  place: ChunkPlace,
  segment: number,
  run: readonly PlacedRow[],
): Promise<ReadChunk[]> {
  const from = run[0]!.object_offset
  const last = run[run.length - 1]!
  const bytes = await readRange(opened, place.bucket!, segmentKey(place.objectPrefix!, segment), {
    from,
    to: last.object_offset + last.stored_bytes,
  }).catch((error: unknown) => {
    if (isNotFound(error)) throw new ResultCorrupt(place.queryId, run[0]!.n, 'is missing in S3')
    throw new ResultStoreUnavailable(`S3 cannot be read: ${whatHappened(error)}`, { cause: error })
  })
  return run.map((row) => {
    const start = row.object_offset - from
    // Its own memory, so that it can be given back chunk by chunk.
    const frame = run.length === 1 ? bytes : Buffer.allocUnsafeSlow(row.stored_bytes)
    if (run.length > 1) bytes.copy(frame, 0, start, start + row.stored_bytes)
    verified(place.queryId, row.n, frame, row.checksum)
    return {
      n: row.n,
      firstRow: row.first_row,
      rows: row.rows,
      rawBytes: row.raw_bytes,
      frame,
      release: () => release(frame),
    }
  })
}
