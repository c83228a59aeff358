import type pg from 'pg'
import type { ResultStores } from '../stores.ts'
import type { Opened } from './bucket.ts'
import { runOfKey } from './keys.ts'
import { deleteObjects, listObjects } from './listObjects.ts'
import { rootOf } from './root.ts'
import { databaseTime } from '../databaseTime.ts'

/** What is younger may be about to be named. */
const youngMs = 60 * 60 * 1000
/** Archiving a result takes no lease; an upload that is older than this belongs to none that goes on. */
const longestArchivingMs = 24 * 60 * 60 * 1000

/** What one call of {@link sweepBucket} did away with. */
export interface SweepReport {
  objects: number
  bytes: number
  uploads: number
}

/**
 * Deletes what no manifest names: objects of runs that lost their lease or died before the
 * manifest named them, and uploads in parts that nobody goes on with.
 *
 * @param at the time, milliseconds; undefined: that of the database, since a clock of this machine that is ahead would
 *   make fresh objects look old
 */
export async function sweepBucket(stores: ResultStores, at?: number): Promise<SweepReport> {
  const report = { objects: 0, bytes: 0, uploads: 0 }
  const { pool, bucket } = stores
  if (bucket === undefined) return report
  const now = at ?? (await databaseTime(pool))
  const opened = await bucket.open()
  const root = await rootOf(pool, bucket)
  const { bucket: name } = bucket.config

  for await (const page of listObjects(opened, name, root)) {
    const old = page.filter(({ lastModified }) => now - lastModified.getTime() > youngMs)
    const runs = await readRuns(
      pool,
      root,
      old.map(({ key }) => key),
    )
    const unnamed = old.filter(({ key }) => runs.get(key) === 'gone')
    await deleteObjects(
      opened,
      name,
      unnamed.map(({ key }) => key),
    )
    report.objects += unnamed.length
    report.bytes += unnamed.reduce((sum, { bytes }) => sum + bytes, 0)
  }
  report.uploads = await sweepUploads(opened, pool, name, root, now)
  return report
}

/** Aborts uploads in parts that nobody goes on with. */
async function sweepUploads(
  { client, sdk }: Opened,
  pool: pg.Pool,
  bucket: string,
  root: string,
  now: number,
): Promise<number> {
  let aborted = 0
  let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {}
  while (marker !== undefined) {
    const page: Awaited<ReturnType<typeof list>> = await list(marker)
    const uploads = (page.Uploads ?? []).map(({ Key, UploadId, Initiated }) => ({
      key: Key!,
      id: UploadId!,
      ageMs: now - Initiated!.getTime(),
    }))
    const old = uploads.filter(({ ageMs }) => ageMs > youngMs)
    const runs = await readRuns(
      pool,
      root,
      old.map(({ key }) => key),
    )
    for (const { key, id, ageMs } of old) {
      const run = runs.get(key)
      if (run === 'running' || run === undefined || (run === 'stored' && ageMs < longestArchivingMs)) continue
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: id }))
      aborted++
    }
    marker = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined
  }
  return aborted

  function list(from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined }) {
    return client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: root, ...from }))
  }
}

/** What has become of the runs that wrote objects, by key; a key that is none of a run is left out. */
async function readRuns(
  pool: pg.Pool,
  root: string,
  keys: readonly string[],
): Promise<Map<string, 'running' | 'stored' | 'gone'>> {
  const runs = new Map(keys.map((key) => [key, runOfKey(root, key)]))
  const known = [...runs.values()].filter((run) => run !== undefined)
  const { rows } = await pool.query<{ token: string; state: 'running' | 'stored' | 'gone' }>(
    `select token::text, case
       when exists (select from sluice.leases where leases.query_id = run.query_id and leases.token = run.token) then 'running'
       when exists (select from sluice.results where results.query_id = run.query_id and results.token = run.token) then 'stored'
       else 'gone' end as state
     from unnest($1::uuid[], $2::bigint[]) as run (query_id, token)`,
    [known.map(({ queryId }) => queryId), known.map(({ token }) => token)],
  )
  const states = new Map(rows.map(({ token, state }) => [token, state]))
  return new Map([...runs].flatMap(([key, run]) => (run === undefined ? [] : [[key, states.get(run.token)!] as const])))
}
