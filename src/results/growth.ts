import type pg from 'pg'
import type { Manifest } from './manifest.ts'

/** What changes in the manifest of a result while its query runs. */
export type Growth = Pick<
  Manifest,
  'token' | 'rows' | 'rawBytes' | 'storedBytes' | 'chunks' | 'complete' | 'expiresOn' | 'bucket' | 'objectPrefix'
>

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
}

/** How far the results of queries have grown; those that have none are left out. */
export async function readGrowth(pool: pg.Pool, ids: readonly string[]): Promise<Map<string, Growth>> {
  const { rows } = await pool.query<GrowthRow>({
    name: 'read_growth',
    text: `
      select query_id, token::text, rows::float8, raw_bytes::float8, stored_bytes::float8, chunks, complete,
        expires_on::text, bucket, object_prefix
      from sluice.results where query_id = any($1::uuid[])`,
    values: [ids],
  })
  return new Map(
    rows.map(({ query_id, raw_bytes, stored_bytes, expires_on, object_prefix, ...same }) => [
      query_id,
      {
        ...same,
        rawBytes: raw_bytes,
        storedBytes: stored_bytes,
        expiresOn: expires_on,
        objectPrefix: object_prefix,
      },
    ]),
  )
}
