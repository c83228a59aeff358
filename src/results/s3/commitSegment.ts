import type pg from 'pg'
import { LeaseLost, type ResultHead, type ResultOwner, type StoredChunk } from '../store.ts'

/** A chunk within an object. */
export interface PlacedChunk extends Omit<StoredChunk, 'frame' | 'head'> {
  /** Bytes before it. */
  objectOffset: number
  storedBytes: number
}

/** An object that is complete. */
export interface Segment {
  bucket: string
  objectPrefix: string
  n: number
  /** In order; they continue, or replace, what the manifest names already. */
  chunks: readonly PlacedChunk[]
  /** Of the first segment: the first rows of the result, for its manifest. */
  firstRows: Buffer | null
}

/**
 * Lets the manifest name the chunks of a segment. Those that lay in PostgreSQL so far lie in
 * S3 from then on. All or nothing happens, and only while the run holds its lease. A segment
 * that is named already changes nothing, so that the statement can be repeated when its answer
 * is lost.
 *
 * @throws LeaseLost
 */
export async function commitSegment(
  pool: pg.Pool,
  owner: ResultOwner,
  head: ResultHead,
  segment: Segment,
): Promise<void> {
  const { rows } = await pool.query<{ holds: boolean }>({
    name: 'commit_segment',
    text: `
      with lease as (
        select from sluice.leases where query_id = $1 and token = $2 for key share
      ),
      placed as (
        insert into sluice.chunks
          (query_id, token, expires_on, segment, n, first_row, rows, raw_bytes, checksum, object_offset, stored_bytes)
        select $1, $2, $3::date, $4, placed.* from lease, ${placedChunks(5)}
        on conflict (query_id, token, n, expires_on) do update set
          data = null, segment = excluded.segment, object_offset = excluded.object_offset,
          stored_bytes = excluded.stored_bytes
        where chunks.segment is null
        returning rows, raw_bytes, stored_bytes
      ),
      counted as (
        select count(*) as chunks, sum(rows) as rows, sum(raw_bytes) as raw_bytes, sum(stored_bytes) as stored_bytes
        from placed
      ),
      named as (
        insert into sluice.results as stored
          (query_id, token, expires_on, expires_at, bucket, object_prefix, columns, schema_message, first_rows,
           rows, raw_bytes, stored_bytes, chunks)
        select $1, $2, $3::date, ($3::date + 1)::timestamp at time zone 'UTC', $12, $13, $14::jsonb, $15::bytea, $16::bytea,
          rows, raw_bytes, stored_bytes, chunks
        from counted where chunks > 0
        on conflict (query_id) do update set
          bucket = excluded.bucket, object_prefix = excluded.object_prefix,
          columns = excluded.columns, schema_message = excluded.schema_message,
          first_rows = coalesce(excluded.first_rows, stored.first_rows),
          -- The first segment holds all that lay in PostgreSQL; each further one only what is new.
          rows = excluded.rows + case when stored.bucket is null then 0 else stored.rows end,
          raw_bytes = excluded.raw_bytes + case when stored.bucket is null then 0 else stored.raw_bytes end,
          stored_bytes = excluded.stored_bytes + case when stored.bucket is null then 0 else stored.stored_bytes end,
          chunks = excluded.chunks + case when stored.bucket is null then 0 else stored.chunks end
        where stored.token = excluded.token
      )
      select exists (select from lease) as holds`,
    values: [
      owner.queryId,
      owner.token,
      owner.expiresOn,
      segment.n,
      ...placedColumns(segment.chunks),
      segment.bucket,
      segment.objectPrefix,
      JSON.stringify(head.columns),
      head.schemaMessage,
      segment.firstRows,
    ],
  })
  if (!rows[0]!.holds) throw new LeaseLost(owner.queryId)
}

/** SQL of a relation `placed` of chunks, from the parameters that {@link placedColumns} makes, the first of them `$first`. */
export function placedChunks(first: number): string {
  const types = ['integer', 'bigint', 'integer', 'integer', 'bigint', 'bigint', 'integer']
  const arrays = types.map((type, i) => `$${first + i}::${type}[]`).join(', ')
  return `unnest(${arrays}) as placed (n, first_row, rows, raw_bytes, checksum, object_offset, stored_bytes)`
}

/** One array a column of {@link placedChunks}. */
export function placedColumns(chunks: readonly PlacedChunk[]): number[][] {
  return [
    chunks.map(({ n }) => n),
    chunks.map(({ firstRow }) => firstRow),
    chunks.map(({ rows }) => rows),
    chunks.map(({ rawBytes }) => rawBytes),
    chunks.map(({ checksum }) => checksum),
    chunks.map(({ objectOffset }) => objectOffset),
    chunks.map(({ storedBytes }) => storedBytes),
  ]
}
