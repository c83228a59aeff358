import type pg from 'pg'
import { inTurn } from '../inTurn.ts'
import { reap } from '../queries/workers.ts'
import { expireResults, type ExpiryReport } from '../results/expire.ts'

/** A backlog of history is worked off over several runs, so that other maintenance is not kept waiting. */
const historyBudgetMs = 60_000

/** What one call of {@link maintain} did. */
export interface MaintenanceReport extends ExpiryReport {
  /** Queries that were taken away from dead workers, which their fellows had not done. */
  reaped: number
}

/**
 * Takes queries away from dead workers, should no other worker have, makes partitions for
 * results ahead of time, and drops what has expired, is too old or used up.
 *
 * @param historyDays how long ended queries are kept
 * @throws AggregateError of the steps that failed; the others were done
 */
export async function maintain(pool: pg.Pool, historyDays: number): Promise<MaintenanceReport> {
  const report: MaintenanceReport = { reaped: 0, manifests: 0, dropped: [], inUse: [], rescued: 0 }
  await inTurn({
    'look for dead workers': async () => (report.reaped = await reap(pool)),
    'expire results': async () => Object.assign(report, await expireResults(pool)),
    'drop old history': () => dropOldHistory(pool, historyDays),
    'drop old statistics': () => pool.query('select sluice.drop_old_statistics()'),
    'remove spent tickets': () => pool.query('select sluice.remove_spent_tickets()'),
  })
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
