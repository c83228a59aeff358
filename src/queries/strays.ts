import type pg from 'pg'

/** The answer to a claim takes no longer than this, or the connection is given up. */
const claimSeconds = 20

/** Leases that a worker holds without knowing of them; those whose session somebody still looks for are the reaper's. */
export async function findStrays(
  pool: pg.Pool,
  workerId: string,
  known: readonly { token: string }[],
): Promise<{ queryId: string; token: string }[]> {
  const { rows } = await pool.query<{ query_id: string; token: string }>({
    name: 'find_strays',
    text: `
      select query_id, token::text from sluice.leases
      where worker_id = $1 and granted_at < clock_timestamp() - interval '${claimSeconds} seconds'
        and token <> all ($2::bigint[]) and orphaned_at is null`,
    values: [workerId, known.map(({ token }) => token)],
  })
  return rows.map((row) => ({ queryId: row.query_id, token: row.token }))
}
