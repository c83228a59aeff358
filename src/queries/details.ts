import type pg from 'pg'
import type { State } from './states.ts'

/** A state that a query entered. */
export interface QueryEvent {
  /** Rises with time within the query; a decimal number of up to 64 bits. */
  id: string
  at: Date
  state: State
  attempt: number
  /** Why, where the state does not say. */
  reason: string | null
  worker: string | null
  worker_host: string | null
}

/** What a query was submitted with, and the path that it took. */
export interface Details {
  params: unknown[]
  run_at: Date | null
  timeout_seconds: number
  queue_timeout_at: Date | null
  row_limit: number | null
  byte_limit: number | null
  ttl_seconds: number
  max_attempts: number
  abandon_after_seconds: number | null
  cancel_requested_at: Date | null
  /** The plan that its source chooses is kept with each attempt. */
  explain: boolean
  /** Attempts of which a plan was kept, in order. */
  plans: number[]
  /** Place in a distributed trace that it was submitted with. */
  traceparent: string | null
  tracestate: string | null
  events: QueryEvent[]
}

/** Details of a query of a tenant, undefined if there is none. */
export async function readDetailsOf(pool: pg.Pool, tenant: string, id: string): Promise<Details | undefined> {
  const { rows } = await pool.query<Details>({
    name: 'read_details',
    text: `
      select params, run_at, timeout_seconds, queue_timeout_at, row_limit::float8, byte_limit::float8, ttl_seconds,
        max_attempts, abandon_after_seconds, cancel_requested_at, traceparent, tracestate, explain is true as explain,
        array(select attempt from sluice.plans where query_id = queries.id order by attempt) as plans,
        coalesce((
          select json_agg(json_build_object(
            'id', event.id::text,
            'at', to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'state', event.state, 'attempt', event.attempt, 'reason', event.reason,
            'worker', event.worker_id, 'worker_host', workers.host
          ) order by event.id)
          from sluice.query_events event left join sluice.workers on workers.id = event.worker_id
          where event.query_id = queries.id
        ), '[]') as events
      from sluice.queries
      where id = $1 and tenant = $2`,
    values: [id, tenant],
  })
  return rows[0]
}
