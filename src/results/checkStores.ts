import { UsageError } from '../errors.ts'
import { checkBucket } from './s3/checkBucket.ts'
import type { ResultStores } from './stores.ts'

/**
 * Looks at the start of a process whether results can be kept where the lanes want them.
 *
 * @param lanes those that the process serves; undefined: all
 * @param writes whether it writes results, too
 * @throws UsageError that says what is missing or refused
 */
export async function checkStores(
  { pool, bucket }: ResultStores,
  { lanes, writes }: { lanes?: readonly string[] | undefined; writes: boolean },
): Promise<void> {
  if (bucket !== undefined) {
    await checkBucket(bucket, writes)
    return
  }
  const { rows } = await pool.query<{ name: string }>(
    `select name from sluice.lanes
     where (s3_above_bytes is not null or archive_after_days is not null) and ($1::text[] is null or name = any ($1))
     order by name limit 1`,
    [lanes ?? null],
  )
  if (rows[0] === undefined) return
  throw new UsageError(
    `Lane ${rows[0].name} keeps results in S3 (s3_above_bytes, archive_after_days), and there are no settings for it. ` +
      'Set SLUICE_S3_BUCKET, and SLUICE_S3_ENDPOINT unless it is on AWS.',
  )
}
