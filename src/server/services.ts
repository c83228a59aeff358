import type pg from 'pg'
import type { Batcher } from '../db/batcher.ts'
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
  /** One connection for cancels alone, so that they get through when all others are taken: {@link poolForCancel}. */
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

/** Where a cancel finds a connection now. */
export function poolForCancel({ pool, reserved }: Pick<Services, 'pool' | 'reserved'>): pg.Pool {
  return pool.idleCount > 0 ? pool : reserved
}
