import type pg from 'pg'
import { findQueries, type QueryFilter } from './find.ts'
import { onEach } from './onEach.ts'
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

/** Says that somebody asks about a query that is canceled when nobody does. */
export async function stillWanted(pool: pg.Pool, queryId: string): Promise<void> {
  await pool.query({ name: 'still_wanted', text: 'select sluice.still_wanted($1)', values: [queryId] })
}

const cancelable: readonly State[] = ['queued', 'running']

/**
 * Cancels every query of a tenant that matches and waits or runs.
 *
 * @param views pool for searches
 * @param how how one is canceled; with `dryRun` they are only counted
 */
export async function cancelMatching(
  views: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  { dryRun, cancelOne }: { dryRun: boolean; cancelOne: (queryId: string) => Promise<State | null> },
): Promise<{ matching: number; canceled: number }> {
  const wanted = { ...filter, states: cancelable.filter((state) => filter.states?.includes(state) ?? true) }
  if (wanted.states.length === 0) return { matching: 0, canceled: 0 }
  let canceled = 0
  const matching = await onEach(
    (before, limit) => findQueries(views, tenant, { ...wanted, before }, limit),
    async (id) => {
      if (dryRun) return
      const reached = await cancelOne(id)
      if (reached === 'canceled' || reached === 'canceling') canceled++
    },
  )
  return { matching, canceled }
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
