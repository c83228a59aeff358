import type pg from 'pg'
import type { Batcher } from '../db/batcher.ts'
import { isConnectionError } from '../db/sqlState.ts'
import type { Networks } from '../delivery/addresses.ts'
import type { Submission, SubmitAnswer } from '../queries/submit.ts'
import type { ResultStores } from '../results/stores.ts'
import type { EventFeed } from './eventFeed.ts'
import type { QueryWaiters } from './queryWaiters.ts'
import type { ResultGrowth } from './resultGrowth.ts'
import type { SharedReads } from './sharedReads.ts'
import type { Shutdown } from './shutdown.ts'
import type { StillWanted } from './stillWanted.ts'

/** What routes work with. */
export interface Services {
  pool: pg.Pool
  /** One connection for cancels alone, so that they get through when all others are taken: {@link forCancel}. */
  reserved: pg.Pool
  /** For views, statistics and searches. */
  views: pg.Pool
  /** What many viewers ask for is read once for all. */
  reads: SharedReads
  /** Where results lie. */
  results: ResultStores
  submitter: Batcher<Submission, SubmitAnswer>
  waiters: QueryWaiters
  /** How far this server's stop has come. */
  shutdown: Shutdown
  growth: ResultGrowth
  /** Who asks about queries that are canceled when nobody does. */
  wanted: StillWanted
  /** What happens to all queries. */
  feed: EventFeed
  /** Networks of one's own that webhooks may call. */
  networks: Networks
}

/**
 * Does a step of a cancel on a connection that is free now; where there is none, or it turns out
 * to be broken, on the reserved one. The step may be done twice.
 */
export async function forCancel<Answer>(
  { pool, reserved }: Pick<Services, 'pool' | 'reserved'>,
  step: (pool: pg.Pool) => Promise<Answer>,
): Promise<Answer> {
  if (pool.idleCount > 0) {
    try {
      return await step(pool)
    } catch (error) {
      if (!isConnectionError(error)) throw error
    }
  }
  return await step(reserved)
}
