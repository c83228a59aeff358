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
  queries.finished_at, queries.error`

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

/** Filters of a list; undefined: any. */
export interface QueryFilter {
  state?: State | undefined
  lane?: string | undefined
  source?: string | undefined
  labels?: Record<string, string> | undefined
  /** Text that the SQL holds, without regard to case. */
  q?: string | undefined
  /** Only queries older than this one. */
  before?: string | undefined
}

/** A page of a tenant's queries, newest first, without queue positions. */
export async function listQueries<M extends object>(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  limit: number,
  manifestColumns: string,
): Promise<(QueryRow & M)[]> {
  const { rows } = await pool.query<QueryRow & M>({
    text: `
      select ${queryColumns}, null::integer as queue_position, ${manifestColumns}
      from sluice.queries left join sluice.results on results.query_id = queries.id
      where queries.tenant = $1
        and ($2::text is null or queries.state = $2)
        and ($3::text is null or queries.lane = $3)
        and ($4::text is null or queries.source = $4)
        and ($5::jsonb is null or (queries.labels @> $5 and queries.labels <> '{}'))
        and ($6::text is null or position(lower($6) in lower(queries.sql)) > 0)
        and ($7::uuid is null or queries.id < $7)
      order by queries.id desc
      limit $8`,
    values: [
      tenant,
      filter.state ?? null,
      filter.lane ?? null,
      filter.source ?? null,
      filter.labels === undefined ? null : JSON.stringify(filter.labels),
      filter.q ?? null,
      filter.before ?? null,
      limit,
    ],
  })
  return rows
}
