/**
 * Results without a worker: a claimed query, a writer for it, batches of text.
 *
 *     const run = await beginRun(pool, stores, { s3AboveBytes: 0 })
 *     await run.writer.write(run.batch(['a', 'b']))
 *     const manifest = await run.succeed()
 */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { Batch } from '../../src/arrow/batch.ts'
import type { Column } from '../../src/arrow/columns.ts'
import { claim, type Claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { manifestColumns, toManifest, type Manifest, type ManifestRow } from '../../src/results/manifest.ts'
import { ResultWriter } from '../../src/results/resultWriter.ts'
import type { ResultStores } from '../../src/results/stores.ts'
import { batchOf } from '../arrow/wireRows.ts'
import { addLane, addWorker, submit } from './runs.ts'

const fields = [{ name: 't', typeOid: 25, typeModifier: -1 }]

/** The columns of the results that are made here: one of text. */
export const textColumns: Column[] = batchOf(fields, []).columns

/** A claimed query, whose result a test writes. */
export interface TestRun {
  claim: Claim
  writer: ResultWriter
  /** Reports success as a worker does; the manifest as it is then read. */
  succeed(): Promise<Manifest>
  /** Reports failure. */
  fail(): Promise<void>
}

/** A batch of rows of one text column. */
export function textBatch(rows: readonly string[], last = false): Batch {
  const { rows: count, message } = batchOf(
    fields,
    rows.map((value) => [value]),
  )
  return { rows: count, message, columns: textColumns, last }
}

/** Text that does not compress, different each time. */
export function noise(bytes: number): string {
  return randomBytes(Math.ceil((bytes * 3) / 4))
    .toString('base64')
    .slice(0, bytes)
}

let lane: string | undefined
let worker: string | undefined

/** Submits and claims a query. */
export async function beginRun(
  pool: pg.Pool,
  stores: ResultStores,
  { s3AboveBytes = null, ttlSeconds }: { s3AboveBytes?: number | null; ttlSeconds?: number } = {},
): Promise<TestRun> {
  await pool.query(
    `insert into sluice.sources (name, host, database, username) values ('default', 'localhost', 'x', 'x') on conflict do nothing`,
  )
  lane ??= await addLane(pool, { concurrency: 1000 })
  worker ??= await addWorker(pool)
  const id = await submit(pool, { lane, ...(ttlSeconds === undefined ? {} : { ttl_seconds: ttlSeconds }) })
  const [claimed] = await claim(pool, worker, lane, 1, false)
  if (claimed?.queryId !== id) throw new Error(`Claimed ${claimed?.queryId} instead of ${id}.`)
  const writer = new ResultWriter(stores, claimed, textColumns, s3AboveBytes)
  const { queryId, token } = claimed
  return {
    claim: claimed,
    writer,
    async succeed() {
      const draft = await writer.finish()
      const [state] = await finishMany(pool, [
        { queryId, token, firstRowMs: 1, state: 'succeeded', manifest: { ...draft, limitingFactor: null } },
      ])
      if (state !== 'succeeded') throw new Error(`The run ended as ${state}.`)
      return (await readManifest(pool, queryId))!
    },
    async fail() {
      const error = { code: 'sql_error', message: 'As the test has it.', retryable: false } as const
      await finishMany(pool, [{ queryId, token, firstRowMs: null, state: 'failed', error }])
    },
  }
}

/** The manifest of a query's result, undefined if it has none. */
export async function readManifest(pool: pg.Pool, queryId: string): Promise<Manifest | undefined> {
  const { rows } = await pool.query<ManifestRow>(`select ${manifestColumns} from sluice.results where query_id = $1`, [
    queryId,
  ])
  return rows[0] && toManifest(rows[0])
}
