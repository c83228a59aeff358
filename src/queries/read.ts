import type { Selectable } from 'kysely'
import type pg from 'pg'
import type { SluiceQueries } from '../db/types.generated.ts'
import type { QueryError } from '../errors.ts'
import type { State } from './states.ts'

/** A query as it is read for clients. */
export interface QueryRow extends Pick<
  Selectable<SluiceQueries>,
  | 'id'
  | 'tenant'
  | 'source'
  | 'lane'
  | 'priority'
  | 'sql'
  | 'attempt'
  | 'worker_id'
  | 'submitted_at'
  | 'started_at'
  | 'first_row_at'
  | 'finished_at'
  | 'retry_of'
  | 'abandon_after_seconds'
> {
  state: State
  labels: Record<string, string>
  error: QueryError | null
  /** Queries before it in its lane, while it waits. */
  queue_position: number | null
}

const queryColumns = `
  queries.id, queries.state, queries.tenant, queries.source, queries.lane, queries.priority, queries.labels, queries.sql,
  queries.attempt, queries.worker_id, queries.submitted_at, queries.started_at, queries.first_row_at,
  queries.finished_at, queries.error, queries.retry_of, queries.abandon_after_seconds`

/** Counting stops here: who is so far back does not need the exact number. */
const mostCounted = 1000

const queuePosition = `
  case when queries.state = 'queued' and queries.run_at is null then (
    select count(*)::integer from (
      select from sluice.queue
      where queue.lane = queries.lane and not queue.delayed
        and (queue.priority, queue.queue_order) < (queries.priority, queries.queue_order)
      limit ${mostCounted}
    ) before
  ) end as queue_position`

/**
 * Queries of a tenant with the manifests of their results, in no order; ids that do not
 * exist are left out.
 *
 * @param manifestColumns columns of sluice.results to read besides
 * @typeParam M the row that these make; all null without a result
 */
export async function readQueries<M extends object>(
  pool: pg.Pool,
  tenant: string,
  ids: readonly string[],
  manifestColumns: string,
): Promise<(QueryRow & M)[]> {
  const { rows } = await pool.query<QueryRow & M>({
    name: 'read_queries',
    text: `
      select ${queryColumns}, ${queuePosition}, ${manifestColumns}
      from sluice.queries left join sluice.results on results.query_id = queries.id
      where queries.id = any($1::uuid[]) and queries.tenant = $2`,
    values: [ids, tenant],
  })
  return rows
}

/**
 * SQL for queries with the manifests of their results, newest first, without queue positions.
 *
 * @param ids SQL for an array of their ids
 * @param manifestColumns columns of sluice.results to read besides
 */
export function pageOf(ids: string, manifestColumns: string): string {
  return `
    select ${queryColumns}, null::integer as queue_position, ${manifestColumns}
    from sluice.queries left join sluice.results on results.query_id = queries.id
    where queries.id = any(${ids})
    order by queries.id desc`
}
