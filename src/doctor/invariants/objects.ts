import type { S3Bucket } from '../../results/s3/bucket.ts'
import { segmentKey } from '../../results/s3/keys.ts'
import { findMissingObjects } from '../../results/s3/missingObjects.ts'
import { check, type Check } from '../check.ts'
import { keptResults } from './results.ts'

/** Results that one look takes a sample of … */
const mostResults = 200
/** … and objects that it asks S3 about. */
const mostObjects = 1_000

interface SegmentRow {
  query_id: string
  bucket: string
  object_prefix: string
  segment: number
  bytes: number
}

/** Invariant 3, of what lies in S3. */
export function objectChecks(bucket: S3Bucket | undefined): Check[] {
  return [
    check(
      {
        name: 'objects_are_in_s3',
        invariant: 3,
        level: 'error',
        holds: 'Every object in S3 that a manifest names is there, with all of its chunks (a sample of 200 results).',
        advice:
          'If S3 did not answer, look at it and at the SLUICE_S3_* settings. Otherwise somebody deleted the object (a lifecycle rule?): submit the query again.',
      },
      async ({ client, since }) => {
        if (bucket === undefined) return []
        const { rows } = await client.query<SegmentRow>(
          `select sampled.query_id, sampled.bucket, sampled.object_prefix, segment,
             max(object_offset + chunks.stored_bytes)::float8 as bytes
           from (
             select results.query_id, results.token, results.expires_on, bucket, object_prefix
             from ${keptResults} where bucket is not null order by random() limit ${mostResults}
           ) sampled
           join sluice.chunks on chunks.expires_on = sampled.expires_on and chunks.query_id = sampled.query_id
             and chunks.token = sampled.token
           where segment is not null
           group by sampled.query_id, sampled.bucket, sampled.object_prefix, segment
           limit ${mostObjects}`,
          [since],
        )
        const faults = await findMissingObjects(
          bucket,
          rows.map(({ query_id: queryId, bucket, object_prefix: prefix, segment, bytes }) => ({
            queryId,
            bucket,
            key: segmentKey(prefix, segment),
            bytes,
          })),
        )
        return faults.map(({ object, detail }) => ({ subject: object.queryId, detail }))
      },
    ),
  ]
}
