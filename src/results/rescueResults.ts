import pg from 'pg'

/** Chunks that are copied in one transaction: some tens of megabytes. */
const copiedAtOnce = 32

interface KeptLonger {
  query_id: string
  token: string
  chunks: number
  expires_on: string
  kept_on: string
}

/**
 * Moves results that are kept longer than the partition that they were written to: their
 * chunks are copied to that of their new day, then the manifest names it. Who reads the old
 * partition meanwhile goes on; it is dropped with the old copies later.
 *
 * @returns how many were moved
 */
export async function rescueResults(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<KeptLonger>(`
    select query_id, token::text, chunks, expires_on::text, (expires_at at time zone 'UTC')::date::text as kept_on
    from sluice.results
    where complete and expires_at > now() and expires_on < (now() at time zone 'UTC')::date
      and inline_chunk is null and chunks > 0
    order by expires_at`)
  for (const result of rows) await move(pool, result)
  return rows.length
}

async function move(pool: pg.Pool, { query_id, token, chunks, expires_on, kept_on }: KeptLonger): Promise<void> {
  const columns = 'n, query_id, token, first_row, checksum, rows, raw_bytes, data, segment, object_offset, stored_bytes'
  for (let first = 0; first < chunks; first += copiedAtOnce) {
    await pool.query(
      `insert into sluice.chunks (expires_on, ${columns})
       select ${pg.escapeLiteral(kept_on)}::date, ${columns} from sluice.chunks
       where expires_on = ${pg.escapeLiteral(expires_on)}::date and query_id = $1 and token = $2 and n >= $3 and n < $4
       on conflict do nothing`,
      [query_id, token, first, first + copiedAtOnce],
    )
  }
  await pool.query(
    `update sluice.results set expires_on = $3::date
     where query_id = $1 and token = $2
       and chunks = (
         select count(*) from sluice.chunks
         where expires_on = ${pg.escapeLiteral(kept_on)}::date and query_id = $1 and token = $2)`,
    [query_id, token, kept_on],
  )
}
