import type pg from 'pg'
import { inTurn } from '../inTurn.ts'
import { dropPartitions } from './dropPartitions.ts'
import { rescueResults } from './rescueResults.ts'

/** What one call of {@link expireResults} did. */
export interface ExpiryReport {
  /** Manifests that were deleted. */
  manifests: number
  /** Partitions that were dropped. */
  dropped: string[]
  /** Partitions that could be dropped but are in use. */
  inUse: string[]
  /** Results that are kept longer and went to a later partition. */
  rescued: number
}

/** Rows that one transaction deletes. */
const deletedAtOnce = 1_000

/**
 * Makes partitions for what will be stored, and does away with results whose time is over.
 *
 * @throws AggregateError of the steps that failed; the others were done
 */
export async function expireResults(pool: pg.Pool): Promise<ExpiryReport> {
  const report: ExpiryReport = { manifests: 0, dropped: [], inUse: [], rescued: 0 }
  await inTurn({
    'make partitions': () => pool.query('select sluice.create_chunk_partitions()'),
    'delete expired idempotency keys': () => untilLess(pool, 'delete_expired_keys'),
    'delete expired results': async () => (report.manifests = await untilLess(pool, 'delete_expired_results')),
    // What is rescued after that leaves its old partition to those who read there, until the next time.
    'drop partitions': async () => Object.assign(report, await dropPartitions(pool)),
    'move results that are kept longer': async () => (report.rescued = await rescueResults(pool)),
  })
  return report
}

/** Calls a function that deletes some rows until there are no more; how many there were. */
async function untilLess(pool: pg.Pool, name: string): Promise<number> {
  for (let total = 0; ;) {
    const { rows } = await pool.query<{ deleted: number }>(`select sluice.${name}($1) as deleted`, [deletedAtOnce])
    const { deleted } = rows[0]!
    total += deleted
    if (deleted < deletedAtOnce) return total
  }
}
