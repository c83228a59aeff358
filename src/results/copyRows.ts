import { manifestColumns, toManifest, type ManifestRow } from './manifest.ts'
import { previewOf } from './preview.ts'
import type { ResultStores } from './stores.ts'

/** Copies the first rows of a result to where SQL reads them; nothing happens if there is no such result any more. */
export async function copyRows(stores: ResultStores, queryId: string): Promise<void> {
  const { rows } = await stores.pool.query<ManifestRow>(
    `select ${manifestColumns} from sluice.results where query_id = $1 and complete and expires_at > now()`,
    [queryId],
  )
  if (rows[0] === undefined) return
  const manifest = toManifest(rows[0])
  const { rowsJson, complete } = await previewOf(stores, manifest)
  // Only beside the manifest: with it the copy goes.
  await stores.pool.query(
    `insert into sluice.result_copies (query_id, token, complete, rows)
     select query_id, token, $3, $4::jsonb from sluice.results where query_id = $1 and token = $2
     on conflict (query_id) do update
     set token = excluded.token, complete = excluded.complete, rows = excluded.rows, made_at = clock_timestamp()`,
    [queryId, manifest.token, complete, rowsJson],
  )
}
