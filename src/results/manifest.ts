import type { Column } from '../arrow/columns.ts'

/** What is told about a stored result. */
export interface ManifestSummary {
  queryId: string
  token: string
  rows: number
  rawBytes: number
  storedBytes: number
  chunks: number
  complete: boolean
  limitingFactor: 'row_limit' | 'byte_limit' | null
  columns: Column[]
  expiresAt: Date
  /** By the clock of the control database, when this was read. */
  expired: boolean
}

/** The manifest of a stored result, as read. */
export interface Manifest extends ManifestSummary {
  schemaMessage: Buffer
  inlineChunk: Buffer | null
  inlineChecksum: number | null
  /** Of a result in S3: see firstRows.ts. */
  firstRows: Buffer | null
  /** Partition of the chunks, `YYYY-MM-DD`. */
  expiresOn: string
  /** S3 bucket that holds the chunks; null: PostgreSQL does. */
  bucket: string | null
  /** What the keys of its objects begin with. */
  objectPrefix: string | null
}

/** Columns of sluice.results that make a {@link ManifestSummary}: none that holds data. */
export const summaryColumns = `
  results.query_id, results.token::text, results.rows::float8, results.raw_bytes::float8, results.stored_bytes::float8,
  results.chunks, results.complete, results.limiting_factor, results.columns, results.expires_at,
  results.expires_at <= now() as expired`

/** Columns of sluice.results that make a {@link Manifest}; `expires_on` comes as text. */
export const manifestColumns = `${summaryColumns}, results.schema_message, results.inline_chunk,
  results.inline_checksum::float8, results.first_rows, results.expires_on::text, results.bucket, results.object_prefix`

/** A row of {@link summaryColumns}. */
export interface SummaryRow {
  query_id: string
  token: string
  rows: number
  raw_bytes: number
  stored_bytes: number
  chunks: number
  complete: boolean
  limiting_factor: 'row_limit' | 'byte_limit' | null
  columns: Column[]
  expires_at: Date
  expired: boolean
}

/** A row of {@link manifestColumns}. */
export interface ManifestRow extends SummaryRow {
  schema_message: Buffer
  inline_chunk: Buffer | null
  inline_checksum: number | null
  first_rows: Buffer | null
  expires_on: string
  bucket: string | null
  object_prefix: string | null
}

/** What a row tells about a result. */
export function toSummary(row: SummaryRow): ManifestSummary {
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
    expiresAt: row.expires_at,
    expired: row.expired,
  }
}

/** The manifest in a row. */
export function toManifest(row: ManifestRow): Manifest {
  return {
    ...toSummary(row),
    schemaMessage: row.schema_message,
    inlineChunk: row.inline_chunk,
    inlineChecksum: row.inline_checksum,
    firstRows: row.first_rows,
    expiresOn: row.expires_on,
    bucket: row.bucket,
    objectPrefix: row.object_prefix,
  }
}
