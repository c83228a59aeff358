import pg from 'pg'
import { endOfStream } from '../arrow/encode.ts'
import { firstRowsOf } from './firstRows.ts'
import { checksum, compress } from './frames.ts'
import { manifestColumns, toManifest, type Manifest, type ManifestRow } from './manifest.ts'
import { inPartition } from './postgresStore.ts'
import { readChunks } from './readChunks.ts'
import { placedChunks, placedColumns, type PlacedChunk } from './s3/commitSegment.ts'
import { objectPrefix, segmentKey } from './s3/keys.ts'
import { rootOf } from './s3/root.ts'
import { ObjectUpload } from './s3/upload.ts'
import type { ResultStores } from './stores.ts'

/** An upload takes 10,000 parts of 5 MiB; a segment stays well below. */
const largestSegmentBytes = 32 * 1024 ** 3
/** What expires soon is not worth the way. */
const leastLeft = '1 hour'
const readAtOnce = 500

/** What one call of {@link archiveResults} did. */
export interface ArchiveReport {
  results: number
  /** Stored bytes. */
  bytes: number
}

interface Segment {
  n: number
  chunks: PlacedChunk[]
}

/**
 * Moves results of lanes with archive_after_days to S3 once they are that old. They are served
 * as before; who reads one meanwhile goes on in S3.
 *
 * @param signal ends it after the chunk at hand
 */
export async function archiveResults(stores: ResultStores, signal?: AbortSignal): Promise<ArchiveReport> {
  const report = { results: 0, bytes: 0 }
  if (stores.bucket === undefined) return report
  const partitions = new Set<string>()
  let after = new Date(0)
  for (;;) {
    const due = await readDue(stores.pool, after)
    for (const { manifest, attempt } of due) {
      if (!(await archive(stores, manifest, attempt, signal))) continue
      report.results++
      report.bytes += manifest.storedBytes
      partitions.add(manifest.expiresOn)
    }
    if (due.length < readAtOnce) break
    after = due[due.length - 1]!.createdAt
  }
  for (const day of partitions) await giveSpaceBack(stores.pool, day)
  return report
}

interface DueResult {
  manifest: Manifest
  attempt: number
  createdAt: Date
}

/** Results that are old enough to move, oldest first. */
async function readDue(pool: pg.Pool, after: Date): Promise<DueResult[]> {
  const { rows } = await pool.query<ManifestRow & { attempt: number; created_at: Date }>(
    `select ${manifestColumns}, queries.attempt, results.created_at
     from sluice.results
     join sluice.queries on queries.id = results.query_id
     join sluice.lanes on lanes.name = queries.lane
     where results.complete and results.bucket is null and results.inline_chunk is null and results.chunks > 0
       and results.created_at > $1 and results.created_at < now() - make_interval(days => lanes.archive_after_days)
       and results.expires_at > now() + interval '${leastLeft}'
     order by results.created_at
     limit ${readAtOnce}`,
    [after],
  )
  return rows.map((row) => ({ manifest: toManifest(row), attempt: row.attempt, createdAt: row.created_at }))
}

/**
 * Moves a result; false if it changed or went meanwhile.
 *
 * @throws the signal's reason
 */
async function archive(
  stores: ResultStores,
  manifest: Manifest,
  attempt: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { pool } = stores
  const bucket = stores.bucket!
  const prefix = objectPrefix(await rootOf(pool, bucket), { ...manifest, attempt })
  const segments: Segment[] = []
  let firstRows: Buffer | undefined
  let upload: ObjectUpload | undefined
  const complete = async (): Promise<void> => {
    await upload?.write(await compress(Buffer.from(endOfStream)))
    await upload?.complete()
    upload = undefined
  }
  try {
    for await (const { frame, release: _, ...chunk } of readChunks(stores, manifest, { from: 0, to: manifest.rows })) {
      signal?.throwIfAborted()
      firstRows ??= await firstRowsOf(manifest.columns, frame, chunk.rawBytes)
      if (upload === undefined) {
        const n = segments.length
        upload = new ObjectUpload(bucket, segmentKey(prefix, n))
        await upload.write(await compress(manifest.schemaMessage))
        segments.push({ n, chunks: [] })
      }
      segments[segments.length - 1]!.chunks.push({
        ...chunk,
        checksum: checksum(frame),
        objectOffset: upload.bytes,
        storedBytes: frame.length,
      })
      await upload.write(frame)
      if (upload.bytes > largestSegmentBytes) await complete()
    }
    await complete()
  } catch (error) {
    await upload?.abandon()
    throw error
  }
  return await commit(pool, manifest, { bucket: bucket.config.bucket, prefix, segments, firstRows })
}

/** What of a result is in S3 now. */
interface Archived {
  bucket: string
  prefix: string
  segments: readonly Segment[]
  firstRows: Buffer | undefined
}

async function commit(
  pool: pg.Pool,
  manifest: Manifest,
  { bucket, prefix, segments, firstRows }: Archived,
): Promise<boolean> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const { rowCount } = await client.query(
      `update sluice.results set bucket = $3, object_prefix = $4, first_rows = $6
       where query_id = $1 and token = $2 and bucket is null and expires_at > now() and expires_on = $5`,
      [manifest.queryId, manifest.token, bucket, prefix, manifest.expiresOn, firstRows],
    )
    let moved = 0
    for (const { n, chunks } of segments) {
      const placed = await client.query(
        `update sluice.chunks
         set data = null, segment = $3, object_offset = placed.object_offset, stored_bytes = placed.stored_bytes
         from ${placedChunks(4)}
         where ${inPartition(manifest)} and query_id = $1 and token = $2 and chunks.n = placed.n`,
        [manifest.queryId, manifest.token, n, ...placedColumns(chunks)],
      )
      moved += placed.rowCount!
    }
    const isWhole = rowCount === 1 && moved === manifest.chunks
    await client.query(isWhole ? 'commit' : 'rollback')
    return isWhole
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

/** A partition takes in nothing more once its day is near: what was moved out of it is given back to the disk. */
async function giveSpaceBack(pool: pg.Pool, day: string): Promise<void> {
  await pool.query(`vacuum (skip_locked) sluice.${pg.escapeIdentifier(`chunks_${day.replaceAll('-', '')}`)}`)
}
