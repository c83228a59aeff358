import type { Column } from '../arrow/columns.ts'

/** The manifest of a stored result, as read. */
export interface Manifest {
  queryId: string
  token: string
  rows: number
  rawBytes: number
  storedBytes: number
  chunks: number
  complete: boolean
  limitingFactor: 'row_limit' | 'byte_limit' | null
  columns: Column[]
  schemaMessage: Buffer
  inlineChunk: Buffer | null
  inlineChecksum: number | null
  /** Partition of the chunks, `YYYY-MM-DD`. */
  expiresOn: string
  expiresAt: Date
  /** S3 bucket that holds the chunks; null: PostgreSQL does. */
  bucket: string | null
  /** What the keys of its objects begin with. */
  objectPrefix: string | null
}

/** Columns of sluice.results that make a {@link Manifest}; `expires_on` comes as text. */
export const manifestColumns = `
  results.query_id, results.token::text, results.rows::float8, results.raw_bytes::float8, results.stored_bytes::float8,
  results.chunks, results.complete, results.limiting_factor, results.columns, results.schema_message,
  results.inline_chunk, results.inline_checksum::float8, results.expires_on::text, results.expires_at,
  results.bucket, results.object_prefix`

/** A row of {@link manifestColumns}. */
export interface ManifestRow {
  query_id: string
  token: string
  rows: number
  raw_bytes: number
  stored_bytes: number
  chunks: number
  complete: boolean
  limiting_factor: 'row_limit' | 'byte_limit' | null
  columns: Column[]
  schema_message: Buffer
  inline_chunk: Buffer | null
  inline_checksum: number | null
  expires_on: string
  expires_at: Date
  bucket: string | null
  object_prefix: string | null
}

/** The manifest in a row. */
export function toManifest(row: ManifestRow): Manifest {
  return {
    queryId: row.query_id,
    token: row.token,
    rows: row.rows,
    rawBytes: row.raw_bytes,
    storedBytes: row.stored_bytes,
    chunks: row.chunks,
    complete: row.complete,
    limitingFactor: row.limiting_factor,
    columns: row.columns,
    schemaMessage: row.schema_message,
    inlineChunk: row.inline_chunk,
    inlineChecksum: row.inline_checksum,
    expiresOn: row.expires_on,
    expiresAt: row.expires_at,
    bucket: row.bucket,
    objectPrefix: row.object_prefix,
  }
}
