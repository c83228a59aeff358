import type pg from 'pg'
import type { QueryError } from '../errors.ts'
import type { State } from './states.ts'

/**
 * Puts a run that failed with a retryable error back for its next attempt, after a pause.
 *
 * @returns the state that it reached; running or canceling: it has no attempt left, and is to
 *   be ended; null: the lease was lost
 */
export async function tryAgain(
  pool: pg.Pool,
  queryId: string,
  token: string,
  error: QueryError,
): Promise<State | null> {
  const { rows } = await pool.query<{ state: State | null }>({
    name: 'try_again',
    text: 'select sluice.try_again($1, $2, $3::jsonb) as state',
    values: [queryId, token, JSON.stringify(error)],
  })
  return rows[0]!.state
}
