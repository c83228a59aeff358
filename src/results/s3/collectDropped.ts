import type { ResultStores } from '../stores.ts'
import { deleteObjects, listObjects } from './listObjects.ts'

const collectedAtOnce = 100

/**
 * Deletes the objects of results that were dropped, failed runs among them. What cannot be
 * deleted now is tried again the next time.
 *
 * @returns how many objects were deleted
 * @throws the first error of S3, after everything was tried
 */
export async function collectDropped({ pool, bucket }: ResultStores): Promise<number> {
  if (bucket === undefined) return 0
  let deleted = 0
  let failure: { error: unknown } | undefined
  let after = ''
  for (;;) {
    const { rows } = await pool.query<{ bucket: string; object_prefix: string }>(
      `select bucket, object_prefix from sluice.dropped_objects
       where object_prefix > $1 order by object_prefix limit ${collectedAtOnce}`,
      [after],
    )
    if (rows.length === 0) break
    after = rows[rows.length - 1]!.object_prefix
    const opened = await bucket.open()
    for (const dropped of rows) {
      try {
        for await (const page of listObjects(opened, dropped.bucket, dropped.object_prefix)) {
          const keys = page.map(({ key }) => key)
          await deleteObjects(opened, dropped.bucket, keys)
          deleted += keys.length
        }
        await pool.query('delete from sluice.dropped_objects where bucket = $1 and object_prefix = $2', [
          dropped.bucket,
          dropped.object_prefix,
        ])
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  if (failure !== undefined) throw failure.error
  return deleted
}
