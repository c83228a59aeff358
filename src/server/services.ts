import type pg from 'pg'
import type { Batcher } from '../db/batcher.ts'
import type { Submission, SubmitAnswer } from '../queries/submit.ts'
import type { QueryWaiters } from './queryWaiters.ts'

/** What routes work with. */
export interface Services {
  pool: pg.Pool
  submitter: Batcher<Submission, SubmitAnswer>
  waiters: QueryWaiters
}
