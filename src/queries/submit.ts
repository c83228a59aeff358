import type pg from 'pg'
import { Batcher } from '../db/batcher.ts'
import { RequestError, type RequestErrorCode } from '../errors.ts'

const mostPerTransaction = 200
const gatherMsPerItem = 1

/** A query to accept, fields as in `POST /v1/queries`; what is undefined takes its default from the lane. */
export interface Submission {
  id: string
  tenant: string
  sql: string
  source?: string | undefined
  lane?: string | undefined
  params?: unknown[] | undefined
  labels?: Record<string, string> | undefined
  priority?: number | undefined
  timeout_seconds?: number | undefined
  queue_timeout_seconds?: number | undefined
  row_limit?: number | undefined
  byte_limit?: number | undefined
  ttl_seconds?: number | undefined
  max_attempts?: number | undefined
  /** Canceled when nobody has asked about it for so long. */
  abandon_after_seconds?: number | undefined
  run_at?: string | undefined
  /** Webhooks that are told of its end besides those of its lane. */
  webhooks?: string[] | undefined
  /** True: the plan that its source chooses is kept with each attempt. */
  explain?: boolean | undefined
  /** Its place in a distributed trace; valid. */
  traceparent?: string | undefined
  tracestate?: string | undefined
  idempotency_key?: string | undefined
  request_hash?: string | undefined
}

/** The id under which a submission was accepted (an earlier one's for a repeated idempotency key), or why not. */
export type SubmitAnswer = { queryId: string } | { error: RequestError }

/**
 * Accepts queries in one transaction: each with its row, its place in the queue and its
 * ticket, or with an error of its own.
 */
export async function submitMany(pool: pg.Pool, submissions: readonly Submission[]): Promise<SubmitAnswer[]> {
  const { rows } = await pool.query<{ query_id: string; code: RequestErrorCode | null; detail: string | null }>({
    name: 'submit_many',
    text: 'select query_id, code, detail from sluice.submit_many($1::jsonb) order by ordinal',
    values: [JSON.stringify(submissions)],
  })
  return rows.map((row) =>
    row.code === null
      ? { queryId: row.query_id }
      : { error: new RequestError(row.code, row.detail ?? 'The request cannot be accepted.') },
  )
}

/** Accepts queries one by one for the caller, many to a transaction for PostgreSQL. */
export function createSubmitter(pool: pg.Pool): Batcher<Submission, SubmitAnswer> {
  return new Batcher((submissions) => submitMany(pool, submissions), mostPerTransaction, gatherMsPerItem)
}
