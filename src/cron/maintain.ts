import type { JobHelpers } from 'graphile-worker'
import { loadConfig } from '../config.ts'

/** A backlog of history is worked off over several runs, so that other maintenance is not kept waiting. */
const historyBudgetMs = 60_000

/** Makes partitions for results ahead of time and drops what has expired or is too old. */
export async function maintain(_payload: unknown, helpers: Pick<JobHelpers, 'query'>): Promise<void> {
  await helpers.query('select sluice.create_chunk_partitions()')
  await helpers.query('select sluice.drop_expired_results()')
  await dropOldHistory(helpers, loadConfig().historyDays)
  await helpers.query('select sluice.drop_old_statistics()')
}

/** Deletes history in batches, each a transaction of its own, until none is left or the budget is used up. */
async function dropOldHistory({ query }: Pick<JobHelpers, 'query'>, days: number): Promise<void> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < historyBudgetMs) {
    const { rows } = await query<{ dropped: number }>(
      'select sluice.drop_old_history(make_interval(days => $1)) as dropped',
      [days],
    )
    if (rows[0]!.dropped === 0) return
  }
}
