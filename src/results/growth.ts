import type pg from 'pg'
import type { Column } from '../arrow/columns.ts'
import type { Manifest } from './manifest.ts'

/** What changes in the manifest of a result while its query runs. */
export type Growth = Pick<
  Manifest,
  'token' | 'rows' | 'rawBytes' | 'storedBytes' | 'chunks' | 'complete' | 'expiresOn' | 'bucket' | 'objectPrefix'
> & {
  /** How often columns have changed their layout: see {@link readColumns}. */
  layoutChanges: number
}

interface GrowthRow {
  query_id: string
  token: string
  rows: number
  raw_bytes: number
  stored_bytes: number
  chunks: number
  complete: boolean
  expires_on: string
  bucket: string | null
  object_prefix: string | null
  layout_changes: number
}

/** How far the results of queries have grown; those that have none are left out. */
export async function readGrowth(pool: pg.Pool, ids: readonly string[]): Promise<Map<string, Growth>> {
  const { rows } = await pool.query<GrowthRow>({
    name: 'read_growth',
    text: `
      select query_id, token::text, rows::float8, raw_bytes::float8, stored_bytes::float8, chunks, complete,
        expires_on::text, bucket, object_prefix,
        jsonb_array_length(jsonb_path_query_array(columns, '$[*].earlier[*]')) as layout_changes
      from sluice.results where query_id = any($1::uuid[])`,
    values: [ids],
  })
  return new Map(
    rows.map(({ query_id, raw_bytes, stored_bytes, expires_on, object_prefix, layout_changes, ...same }) => [
      query_id,
      {
        ...same,
        rawBytes: raw_bytes,
        storedBytes: stored_bytes,
        expiresOn: expires_on,
        objectPrefix: object_prefix,
        layoutChanges: layout_changes,
      },
    ]),
  )
}

/** The columns of a result as they are now; undefined if it is there no more. */
export async function readColumns(pool: pg.Pool, id: string, token: string): Promise<Column[] | undefined> {
  const { rows } = await pool.query<{ columns: Column[] }>({
    name: 'read_columns',
    text: 'select columns from sluice.results where query_id = $1 and token = $2',
    values: [id, token],
  })
  return rows[0]?.columns
}
