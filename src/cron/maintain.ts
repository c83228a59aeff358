import type pg from 'pg'
import { expireResults, type ExpiryReport } from '../results/expire.ts'

/** A backlog of history is worked off over several runs, so that other maintenance is not kept waiting. */
const historyBudgetMs = 60_000

/**
 * Makes partitions for results ahead of time and drops what has expired, is too old or used up.
 *
 * @param historyDays how long ended queries are kept
 */
export async function maintain(pool: pg.Pool, historyDays: number): Promise<ExpiryReport> {
  const report = await expireResults(pool)
  await dropOldHistory(pool, historyDays)
  await pool.query('select sluice.drop_old_statistics(), sluice.remove_spent_tickets()')
  return report
}

/** Deletes history in batches, each a transaction of its own, until none is left or the budget is used up. */
async function dropOldHistory(pool: pg.Pool, days: number): Promise<void> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < historyBudgetMs) {
    const { rows } = await pool.query<{ dropped: number }>(
      'select sluice.drop_old_history(make_interval(days => $1)) as dropped',
      [days],
    )
    if (rows[0]!.dropped === 0) return
  }
}
