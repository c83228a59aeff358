import type pg from 'pg'
import type { State } from './states.ts'

/**
 * Puts a run back into the queue at its old place, without charging an attempt.
 *
 * @returns the state that it reached: queued, or canceled if a cancel came first; null if the lease was lost
 */
export async function giveBack(pool: pg.Pool, queryId: string, token: string): Promise<State | null> {
  const { rows } = await pool.query<{ state: State | null }>({
    name: 'give_back',
    text: 'select sluice.give_back($1, $2) as state',
    values: [queryId, token],
  })
  return rows[0]!.state
}
