import type pg from 'pg'
import { EventPlace } from './eventPlace.ts'
import type { State } from './states.ts'

/** A state that a query entered, with what the query belongs to. */
export interface QueryEvent {
  id: number
  query_id: string
  /** ISO 8601. */
  at: string
  attempt: number
  state: State
  reason: string | null
  worker: string | null
  tenant: string
  lane: string
  source: string
  labels: Record<string, string>
}

/** How far the result of a running query has come. */
export interface ProgressEvent extends Omit<QueryEvent, 'id' | 'state' | 'reason'> {
  rows: number
  bytes: number
  chunks: number
}

/** What is new after a place. */
export interface NewEvents {
  place: EventPlace
  /** Transactions that may own missing numbers: to be given to the next call. */
  writers: string[] | null
  events: QueryEvent[]
  progress: ProgressEvent[]
}

/** Reads at most so many events of all queries after a place, each once whatever the order of commits. */
export async function pollEvents(
  pool: pg.Pool,
  place: EventPlace,
  writers: string[] | null,
  most: number,
  withProgress: boolean,
): Promise<NewEvents> {
  const { rows } = await pool.query<{
    seen: string
    missing: string
    writers: string[] | null
    events: QueryEvent[] | null
    progress: ProgressEvent[] | null
  }>({
    name: 'poll_events',
    text: `
      select seen::text, missing::text, writers, events, progress
      from sluice.poll_events($1, $2, $3, $4, $5)`,
    values: [place.seen, place.missingSql, writers, most, withProgress],
  })
  const { seen, missing, writers: open, events, progress } = rows[0]!
  return {
    place: EventPlace.fromSql(seen, missing),
    writers: open,
    events: (events ?? []).map(withTime),
    progress: (progress ?? []).map(withTime),
  }
}

/** Numbers that are looked through for missing ones where statistics are further behind than this. */
const farBehind = 100_000

/** The place after the newest event, with the numbers below it that may still come. */
export async function newestPlace(pool: pg.Pool): Promise<{ place: EventPlace; writers: string[] | null }> {
  const { rows } = await pool.query<{ seen: string; missing: string; writers: string[] | null }>({
    name: 'newest_place',
    text: `
      select read.seen::text, read.missing::text, read.writers
      from sluice.statistics_state counted
      cross join (select coalesce(max(id), 0) - $1::integer as start from sluice.query_events) newest
      cross join lateral sluice.read_events(
        greatest(counted.seen, newest.start), case when counted.seen >= newest.start then counted.missing else '{}' end,
        case when counted.seen >= newest.start then counted.writers end, 2 * $1::integer) read`,
    values: [farBehind],
  })
  const { seen, missing, writers } = rows[0]!
  return { place: EventPlace.fromSql(seen, missing), writers }
}

/** The events of one query of a tenant after a number, in order. */
export async function eventsOfQuery(
  pool: pg.Pool,
  tenant: string,
  queryId: string,
  after: number,
): Promise<QueryEvent[]> {
  const { rows } = await pool.query<{ event: QueryEvent }>({
    name: 'events_of_query',
    text: `
      select jsonb_build_object(
        'id', event.id, 'query_id', event.query_id, 'at', event.at, 'attempt', event.attempt, 'state', event.state,
        'reason', event.reason, 'worker', event.worker_id, 'tenant', queries.tenant, 'lane', queries.lane,
        'source', queries.source, 'labels', queries.labels) as event
      from sluice.queries join sluice.query_events event on event.query_id = queries.id
      where queries.id = $1 and queries.tenant = $2 and event.id > $3
      order by event.id`,
    values: [queryId, tenant, after],
  })
  return rows.map(({ event }) => withTime(event))
}

/** The time as the API writes it. */
function withTime<E extends { at: string }>(event: E): E {
  return Object.assign(event, { at: new Date(event.at).toISOString() })
}
