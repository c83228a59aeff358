import type pg from 'pg'
import { RequestError } from '../errors.ts'

/** Throws RequestError unknown_lane unless there is every one of the lanes. */
export async function checkLanes(pool: pg.Pool, lanes: readonly string[]): Promise<void> {
  if (lanes.length === 0) return
  const { rows } = await pool.query<{ name: string }>(
    'select name from unnest($1::text[]) named (name) where not exists (select from sluice.lanes where lanes.name = named.name)',
    [lanes],
  )
  if (rows[0] !== undefined) {
    throw new RequestError('unknown_lane', `There is no lane ${rows[0].name}. Add it first, or name another one.`)
  }
}
