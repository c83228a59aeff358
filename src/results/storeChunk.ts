import type pg from 'pg'
import type { Column } from '../arrow/columns.ts'
import { ChunksLost, LeaseLost, type ResultOwner, type StoredChunk } from './store.ts'

/**
 * Stores a chunk and counts it in the manifest, which the first chunk creates. Both or none
 * happen, and only while the run holds its lease. A chunk that is there already is not
 * counted again, so that the statement can be repeated when its answer is lost.
 *
 * @throws LeaseLost, ChunksLost
 */
export async function storeChunk(
  pool: pg.Pool,
  owner: Pick<ResultOwner, 'queryId' | 'token' | 'expiresOn'>,
  columns: readonly Column[],
  schemaMessage: Buffer,
  chunk: StoredChunk,
): Promise<void> {
  const headChanged = chunk.n > 0 && chunk.head !== undefined
  const head = chunk.head ?? (chunk.n === 0 ? { columns, schemaMessage } : undefined)
  const { rows } = await pool.query<{ holds: boolean; chunks: number | null }>({
    name: headChanged ? 'store_chunk_and_head' : 'store_chunk',
    text: `
      with lease as (
        select from sluice.leases where query_id = $1 and token = $2 for key share
      ),
      chunk as (
        insert into sluice.chunks (query_id, token, expires_on, n, first_row, rows, raw_bytes, checksum, data)
        select $1, $2, $3::date, $4, $5, $6, $7, $8, $9::bytea from lease
        on conflict do nothing
        returning 1
      ),
      counted as (
        insert into sluice.results as stored
          (query_id, token, expires_on, expires_at, rows, raw_bytes, stored_bytes, chunks, columns, schema_message)
        select $1, $2, $3::date, ($3::date + 1)::timestamp at time zone 'UTC', $6::bigint, $7::bigint,
          octet_length($9::bytea), 1, $10::jsonb, $11::bytea
        from chunk
        on conflict (query_id) do update set
          rows = stored.rows + excluded.rows, raw_bytes = stored.raw_bytes + excluded.raw_bytes,
          stored_bytes = stored.stored_bytes + excluded.stored_bytes, chunks = stored.chunks + 1
          ${headChanged ? ', columns = excluded.columns, schema_message = excluded.schema_message' : ''}
        where stored.token = excluded.token
        returning chunks
      )
      select exists (select from lease) as holds, (select chunks from counted) as chunks`,
    values: [
      owner.queryId,
      owner.token,
      owner.expiresOn,
      chunk.n,
      chunk.firstRow,
      chunk.rows,
      chunk.rawBytes,
      chunk.checksum,
      chunk.frame,
      JSON.stringify(head?.columns ?? []),
      head?.schemaMessage ?? Buffer.alloc(0),
    ],
  })
  const { holds, chunks } = rows[0]!
  if (!holds) throw new LeaseLost(owner.queryId)
  if (chunks !== null && chunks !== chunk.n + 1) throw new ChunksLost(owner.queryId)
}
