import type pg from 'pg'
import type { ResultCorrupt } from './resultErrors.ts'

/**
 * Counts a damaged chunk in sluice.corrupt_chunks, where it can be seen and alerted on. Never
 * rejects: the reader has a worse error to tell.
 */
export async function noteCorrupt(pool: pg.Pool, { queryId, n, reason }: ResultCorrupt): Promise<void> {
  await pool
    .query({
      name: 'note_corrupt',
      text: `
        insert into sluice.corrupt_chunks (query_id, n, reason) values ($1, $2, $3)
        on conflict (query_id, n) do update
        set reads = corrupt_chunks.reads + 1, last_seen_at = clock_timestamp(), reason = excluded.reason`,
      values: [queryId, n, reason],
    })
    .catch(() => undefined)
}
