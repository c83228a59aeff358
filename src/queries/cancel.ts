import type pg from 'pg'
import { listQueries, type QueryFilter } from './read.ts'
import type { State } from './states.ts'

/** Asks for a query to be canceled; its state after that, null if there is no such query. */
export async function cancel(pool: pg.Pool, queryId: string): Promise<State | null> {
  const { rows } = await pool.query<{ state: State | null }>({
    name: 'cancel',
    text: 'select sluice.cancel($1) as state',
    values: [queryId],
  })
  return rows[0]!.state
}

const pageSize = 1000

/** Cancels every query of a tenant that matches and has not ended; how many. */
export async function cancelMatching(pool: pg.Pool, tenant: string, filter: QueryFilter): Promise<number> {
  let canceled = 0
  let before: string | undefined
  for (;;) {
    const page = await listQueries(pool, tenant, { ...filter, before }, pageSize, 'results.complete')
    for (const query of page) {
      if (query.state !== 'queued' && query.state !== 'running') continue
      const reached = await cancel(pool, query.id)
      if (reached === 'canceled' || reached === 'canceling') canceled++
    }
    if (page.length < pageSize) return canceled
    before = page.at(-1)!.id
  }
}

/** Which of the given runs are to be stopped: a cancel was asked for, or the lease is gone. */
export async function findUnwanted(
  pool: pg.Pool,
  runs: readonly { queryId: string; token: string }[],
): Promise<{ queryId: string; token: string; why: 'canceled' | 'lease_lost' }[]> {
  const { rows } = await pool.query<{ query_id: string; token: string; state: State | null }>({
    name: 'find_unwanted',
    text: `
      select run.query_id, run.token::text, queries.state
      from unnest($1::uuid[], $2::bigint[]) run (query_id, token)
      left join sluice.queries on queries.id = run.query_id and queries.lease_token = run.token
      where queries.state is distinct from 'running'`,
    values: [runs.map((run) => run.queryId), runs.map((run) => run.token)],
  })
  return rows.map((row) => ({
    queryId: row.query_id,
    token: row.token,
    why: row.state === 'canceling' ? 'canceled' : 'lease_lost',
  }))
}
