import { isStoredAsIs } from '../../arrow/columns.ts'
import { databaseTime } from '../databaseTime.ts'
import type { Manifest } from '../manifest.ts'
import { inPartition } from '../postgresStore.ts'
import type { ResultStores } from '../stores.ts'
import type { S3Bucket } from './bucket.ts'
import { compose, type Piece } from './compose.ts'
import { isNotFound } from './failures.ts'
import { segmentKey, wholeKey } from './keys.ts'

/** A signed address is good for so long, and no longer than the result. */
const longestSeconds = 3600

/**
 * An address from which anybody can fetch a whole result for an hour, straight from S3: an
 * Arrow stream with `Content-Encoding: zstd`. Segments are put together into one object
 * first, which S3 does within itself.
 *
 * @returns undefined if the result is not complete in S3, or not stored as one stream: a column changed its layout
 */
export async function presignResult(stores: ResultStores, manifest: Manifest): Promise<string | undefined> {
  const { bucket } = stores
  if (bucket === undefined || manifest.bucket === null || !manifest.complete) return undefined
  if (!isStoredAsIs(manifest.columns, 0)) return undefined
  // Signatures tell S3 from when on they are good: by a wrong clock of this machine, not yet or no more.
  const now = await databaseTime(stores.pool)
  const seconds = Math.min(longestSeconds, Math.floor((manifest.expiresAt.getTime() - now) / 1000))
  if (seconds < 1) return undefined
  const key = await wholeObject(stores, bucket, manifest)
  const { sdk } = await bucket.open()
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
  return await getSignedUrl(
    await bucket.publicClient(),
    new sdk.GetObjectCommand({
      Bucket: manifest.bucket,
      Key: key,
      ResponseContentType: 'application/vnd.apache.arrow.stream',
      ResponseContentEncoding: 'zstd',
      ResponseContentDisposition: `attachment; filename="${manifest.queryId}.arrows"`,
    }),
    { expiresIn: seconds, signingDate: new Date(now) },
  )
}

/** Key of the one object that holds all of a result. */
async function wholeObject({ pool }: ResultStores, bucket: S3Bucket, manifest: Manifest): Promise<string> {
  const prefix = manifest.objectPrefix!
  const { rows } = await pool.query<{ segment: number; from: number; to: number }>(
    `select segment, min(object_offset)::float8 as from, max(object_offset + stored_bytes)::float8 as to
     from sluice.chunks where ${inPartition(manifest)} and query_id = $1 and token = $2
     group by segment order by segment`,
    [manifest.queryId, manifest.token],
  )
  if (rows.length === 1) return segmentKey(prefix, rows[0]!.segment)
  const key = wholeKey(prefix)
  if (await exists(bucket, manifest.bucket!, key)) return key
  // The schema comes from the first segment.
  const pieces: Piece[] = rows.map(({ segment, from, to }, i) => ({
    key: segmentKey(prefix, segment),
    from: i === 0 ? 0 : from,
    to,
  }))
  await compose(bucket, manifest.bucket!, key, pieces)
  return key
}

async function exists(bucket: S3Bucket, name: string, key: string): Promise<boolean> {
  const { client, sdk } = await bucket.open()
  try {
    await client.send(new sdk.HeadObjectCommand({ Bucket: name, Key: key }))
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}
