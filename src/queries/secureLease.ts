import type pg from 'pg'

/**
 * Makes a claim outlive a crash of PostgreSQL, before a statement that may write is sent. Claims
 * do not wait for the disk: one that a crash undoes is made again, and its query runs twice.
 *
 * @returns whether the run holds its lease
 */
export async function secureLease(pool: pg.Pool, queryId: string, token: string): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'secure_lease',
    // The change is there to be committed: that flushes everything before it, the claim too.
    text: `
      update sluice.leases set token = token where query_id = $1 and token = $2
      returning set_config('synchronous_commit', 'on', true)`,
    values: [queryId, token],
  })
  return rowCount === 1
}
