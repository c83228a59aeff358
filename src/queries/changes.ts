import type pg from 'pg'
import { RequestError } from '../errors.ts'
import { EventPlace } from './eventPlace.ts'
import { newestPlace, pollEvents } from './events.ts'
import type { State } from './states.ts'

/** Where a client that asks for changes has come to. */
export interface ChangesPlace {
  place: EventPlace
  /** Transactions that may own numbers that are missing at the place. */
  writers: string[] | null
}

/** A query as it is now. */
export interface Change {
  id: string
  state: State
  progress: { rows: number; bytes: number; chunks: number }
}

const mostPerPoll = 1_000
/** Without a cursor so many are answered. */
const mostUnfinished = 10_000

/** The place as a client is given it. */
export function cursorOf({ place, writers }: ChangesPlace): string {
  return Buffer.from(JSON.stringify([place.toString(), writers])).toString('base64url')
}

/** @throws RequestError invalid_cursor */
export function placeOf(cursor: string): ChangesPlace {
  const invalid = new RequestError(
    'invalid_cursor',
    'Give the cursor of an earlier answer, unchanged, or none to begin with what has not ended.',
  )
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw invalid
  }
  if (!Array.isArray(parsed)) throw invalid
  const [text, writers] = parsed as unknown[]
  const place = typeof text === 'string' ? EventPlace.parse(text) : undefined
  const areWriters =
    writers === null || (Array.isArray(writers) && writers.every((each) => /^\d{1,10}\/\d{1,20}$/.test(String(each))))
  if (place === undefined || !areWriters) throw invalid
  return { place, writers: writers as string[] | null }
}

/**
 * Which queries of a tenant have changed state after a place.
 *
 * @returns `more`: there may be others, after the place that is returned
 */
export async function changedSince(
  pool: pg.Pool,
  tenant: string,
  from: ChangesPlace,
): Promise<{ ids: string[]; reached: ChangesPlace; more: boolean }> {
  const { events, place, writers } = await pollEvents(pool, from.place, from.writers, mostPerPoll, false)
  const ids = new Set(events.filter((event) => event.tenant === tenant).map((event) => event.query_id))
  return { ids: [...ids], reached: { place, writers }, more: events.length >= mostPerPoll }
}

/** Some queries of a tenant, and all that run, as they are now. */
export async function readChanges(pool: pg.Pool, tenant: string, ids: readonly string[]): Promise<Change[]> {
  const { rows } = await pool.query<{ change: Change }>({
    name: 'read_changes',
    text: changesOf('select unnest($2::uuid[]) union select query_id from sluice.leases where tenant = $1'),
    values: [tenant, ids],
  })
  return rows.map(({ change }) => change)
}

/** The queries of a tenant that have not ended, those that run first, and the place from which changes of them follow. */
export async function readUnfinished(
  pool: pg.Pool,
  tenant: string,
): Promise<{ changes: Change[]; reached: ChangesPlace; complete: boolean }> {
  const reached = await newestPlace(pool)
  const { rows } = await pool.query<{ change: Change }>({
    name: 'read_unfinished',
    text: changesOf(`
      (select query_id from sluice.leases where tenant = $1)
      union all (select query_id from sluice.queue where tenant = $1 limit $2)`),
    values: [tenant, mostUnfinished + 1],
  })
  const changes = rows.map(({ change }) => change)
  return { changes: changes.slice(0, mostUnfinished), reached, complete: changes.length <= mostUnfinished }
}

function changesOf(ids: string): string {
  return `
    select jsonb_build_object('id', queries.id, 'state', queries.state, 'progress', jsonb_build_object(
      'rows', coalesce(results.rows, 0), 'bytes', coalesce(results.raw_bytes, 0),
      'chunks', coalesce(results.chunks, 0))) as change
    from (${ids}) wanted (id)
    join sluice.queries on queries.id = wanted.id and queries.tenant = $1
    left join sluice.results on results.query_id = queries.id`
}
