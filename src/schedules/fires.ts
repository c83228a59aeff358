import type pg from 'pg'
import { refusing } from '../db/refusal.ts'
import { RequestError } from '../errors.ts'
import type { FireRecord } from './schedule.ts'

/** Columns of a fire as it is shown; while its query has not ended, its state is that of the moment. */
export const fireColumns = `
  fires.fire_at, fires.kind, fires.outcome, fires.missed, fires.decided_at, fires.previous_fire_at, fires.query_id,
  coalesce(fires.query_state, (select state from sluice.queries where queries.id = fires.query_id)) as query_state,
  coalesce(fires.finished_at, (select finished_at from sluice.queries where queries.id = fires.query_id)) as finished_at,
  fires.code, fires.detail`

/**
 * The history of a schedule, newest first.
 *
 * @param before only fires before this nominal time, ISO 8601
 * @throws RequestError unknown_schedule
 */
export async function listFires(
  pool: pg.Pool,
  schedule: string,
  limit: number,
  before?: string,
): Promise<FireRecord[]> {
  const { rows } = await pool.query<FireRecord & { exists: boolean }>(
    `select ${fireColumns} from sluice.fires
     where schedule = $1 and ($2::timestamptz is null or fire_at < $2) order by fire_at desc limit $3`,
    [schedule, before ?? null, limit],
  )
  if (rows.length === 0) {
    const { rowCount } = await pool.query('select from sluice.schedules where name = $1', [schedule])
    if (rowCount === 0) throw new RequestError('unknown_schedule', `There is no schedule ${schedule}.`)
  }
  return rows
}

/** Submits the query of a schedule now; its id. Throws RequestError as a submission does, or unknown_schedule. */
export async function runSchedule(pool: pg.Pool, name: string): Promise<string> {
  const { rows } = await refusing(pool.query<{ id: string }>('select sluice.run_schedule($1) as id', [name]))
  return rows[0]!.id
}
