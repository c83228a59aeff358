import type pg from 'pg'

/** Reason of the event that announces a limit. The event is no change of state. */
export const softTimeout = 'soft_timeout'

/** Says in the events of a query that most of its run time is used, if it still runs. */
export async function announceTimeout(pool: pg.Pool, queryId: string, token: string): Promise<void> {
  await pool.query(
    `insert into sluice.query_events (query_id, attempt, state, reason, worker_id)
     select id, attempt, 'running', '${softTimeout}', worker_id
     from sluice.queries where id = $1 and lease_token = $2 and state = 'running'
     -- Its end waits for this, so that the event does not come after it.
     for share`,
    [queryId, token],
  )
}
