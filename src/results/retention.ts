import type pg from 'pg'
import { refusing } from '../db/refusal.ts'

/**
 * Keeps a result for so many seconds from now, longer or shorter than it would be.
 *
 * @throws RequestError query_not_found, result_not_ready, result_expired, limit_above_lane_maximum, or that of a query
 *   that did not succeed
 */
export async function keepResult(pool: pg.Pool, id: string, ttlSeconds: number): Promise<void> {
  await refusing(pool.query('select sluice.keep_result($1, $2)', [id, ttlSeconds]))
}

/**
 * Deletes a result now; nothing happens if it is gone already. Downloads under way break off.
 *
 * @throws RequestError query_not_found, result_not_ready
 */
export async function deleteResult(pool: pg.Pool, id: string): Promise<void> {
  await refusing(pool.query('select sluice.delete_result($1)', [id]))
}
