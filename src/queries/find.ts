import type pg from 'pg'
import { isTerminal, states, type State } from './states.ts'

/** Which of a tenant's queries; undefined: any. What is a list fits if one of its members does. */
export interface QueryFilter {
  states?: readonly State[] | undefined
  lanes?: readonly string[] | undefined
  sources?: readonly string[] | undefined
  /** All of them. */
  labels?: Record<string, string> | undefined
  /** Text that the SQL holds, without regard to case. */
  q?: string | undefined
  worker?: string | undefined
  /** Code of its error. */
  code?: string | undefined
  /** False: none that was repeated as another. */
  repeated?: false | undefined
  submittedAfter?: Date | undefined
  submittedBefore?: Date | undefined
  /** Only queries older than this one. */
  before?: string | undefined
}

/** Statistics that have stood still for so long are not what lists can be read from. */
const behindMs = 60_000
/** Ids are made by servers whose clocks may differ from PostgreSQL's. */
const clockMarginMs = 600_000

/**
 * The newest queries of a tenant that match.
 *
 * @param pool for views: each filter has a plan of its own
 * @returns their ids, newest first
 */
export async function findQueries(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  limit: number,
): Promise<string[]> {
  const { text, values } = statement(tenant, filter, limit, await standStill(pool), true)
  const { rows } = await pool.query<{ id: string }>(text, values)
  return rows.map(({ id }) => id)
}

/** Counts the queries of a tenant that match, no further than `most`. */
export async function countQueries(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  most: number,
): Promise<{ count: number; complete: boolean }> {
  const { text, values } = statement(tenant, filter, most + 1, await standStill(pool), false)
  const { rows } = await pool.query<{ count: number }>(`select count(*)::integer as count from (${text}) found`, values)
  const { count } = rows[0]!
  return { count: Math.min(count, most), complete: count <= most }
}

/** Whether nobody counts what happens, so that sluice.history lacks what has ended since. */
async function standStill(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ behind: boolean }>(
    `select rolled_up_at < clock_timestamp() - make_interval(secs => $1) as behind from sluice.statistics_state`,
    [behindMs / 1000],
  )
  return rows[0]!.behind
}

/**
 * Queries that have not ended are found by the queue and the leases, those that have in
 * sluice.history by an index for each filter, and those that history does not know yet by
 * their last event. One statement sees all three at one moment, so none is missed between them.
 */
function statement(
  tenant: string,
  filter: QueryFilter,
  limit: number,
  everyQuery: boolean,
  ordered: boolean,
): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const parameter = (value: unknown, type: string): string => `$${values.push(value)}::${type}`
  const page = (id: string): string => `${ordered ? `order by ${id} desc` : ''} limit ${most}`
  const most = parameter(limit, 'bigint')
  const ofQueries = queryConditions(tenant, filter, parameter)
  const parts: string[] = []
  const wanted = filter.states ?? states
  const add = (text: string): unknown => parts.push(`(${text})`)
  if (everyQuery) {
    add(`select queries.id from sluice.queries where ${ofQueries} ${page('queries.id')}`)
  } else {
    if (wanted.includes('queued')) add(liveText('queue', ofQueries, filter, parameter, page))
    if (wanted.includes('running') || wanted.includes('canceling')) {
      add(liveText('leases', ofQueries, filter, parameter, page))
    }
    if (wanted.some(isTerminal)) {
      add(historyText(tenant, filter, parameter, page))
      add(uncountedText(ofQueries, page))
    }
  }
  return { text: `select id from (${parts.join(' union all ')}) part ${page('id')}`, values }
}

type Parameter = (value: unknown, type: string) => string
type Page = (id: string) => string

function liveText(
  table: 'queue' | 'leases',
  ofQueries: string,
  filter: QueryFilter,
  parameter: Parameter,
  page: Page,
): string {
  const older = filter.before === undefined ? '' : `and live.query_id < ${parameter(filter.before, 'uuid')}`
  return `
    select live.query_id as id from sluice.${table} live join sluice.queries on queries.id = live.query_id
    where ${ofQueries} ${older} ${page('live.query_id')}`
}

function uncountedText(ofQueries: string, page: Page): string {
  const ended = `state in ('succeeded', 'failed', 'canceled', 'timed_out')`
  return `
    select queries.id
    from sluice.statistics_state counted
    cross join lateral (
      select query_id from sluice.query_events where id > counted.seen and ${ended}
      union all
      select late.query_id from unnest(counted.missing) gap
      cross join lateral (
        select query_id from sluice.query_events where id >= lower(gap) and id < upper(gap) and ${ended} offset 0
      ) late
    ) fresh
    join sluice.queries on queries.id = fresh.query_id
    where ${ofQueries} and not exists (select from sluice.history where history.query_id = fresh.query_id)
    ${page('queries.id')}`
}

function queryConditions(tenant: string, filter: QueryFilter, parameter: Parameter): string {
  const { worker, code, labels, q, submittedAfter, submittedBefore, before } = filter
  return [
    `queries.tenant = ${parameter(tenant, 'text')}`,
    ...oneOf('queries.state', filter.states, parameter),
    ...oneOf('queries.lane', filter.lanes, parameter),
    ...oneOf('queries.source', filter.sources, parameter),
    ...(worker === undefined ? [] : [`queries.worker_id = ${parameter(worker, 'uuid')}`]),
    ...(code === undefined ? [] : [`queries.error ->> 'code' = ${parameter(code, 'text')}`]),
    ...(labels === undefined
      ? []
      : [`queries.labels @> ${parameter(JSON.stringify(labels), 'jsonb')} and queries.labels <> '{}'`]),
    ...(q === undefined ? [] : [`queries.sql ilike ${parameter(pattern(q), 'text')}`]),
    ...(submittedAfter === undefined ? [] : [`queries.submitted_at >= ${parameter(submittedAfter, 'timestamptz')}`]),
    ...(submittedBefore === undefined ? [] : [`queries.submitted_at < ${parameter(submittedBefore, 'timestamptz')}`]),
    ...(before === undefined ? [] : [`queries.id < ${parameter(before, 'uuid')}`]),
    ...idRange('queries.id', filter, parameter),
    ...notRepeated('queries.id', filter),
  ].join(' and ')
}

function historyText(tenant: string, filter: QueryFilter, parameter: Parameter, page: Page): string {
  const { worker, code, labels, q, submittedAfter, submittedBefore, before } = filter
  const joins: string[] = []
  const conditions = [
    `history.tenant = ${parameter(tenant, 'text')}`,
    ...oneOf('history.state', filter.states?.filter(isTerminal), parameter),
    ...oneOf('history.lane', filter.lanes, parameter),
    ...oneOf('history.source', filter.sources, parameter),
    ...(worker === undefined ? [] : [`history.worker_id = ${parameter(worker, 'uuid')}`]),
    ...(code === undefined ? [] : [`history.code = ${parameter(code, 'text')}`]),
    ...(before === undefined ? [] : [`history.query_id < ${parameter(before, 'uuid')}`]),
    ...idRange('history.query_id', filter, parameter),
    ...notRepeated('history.query_id', filter),
  ]
  if (q !== undefined) {
    joins.push('join sluice.statements on statements.id = history.statement_id')
    conditions.push(`statements.sql ilike ${parameter(pattern(q), 'text')}`)
  }
  for (const [i, [name, value]] of Object.entries(labels ?? {}).entries()) {
    joins.push(`join sluice.history_labels label${i} on label${i}.query_id = history.query_id`)
    conditions.push(`label${i}.label = hashtextextended(${parameter(`${name}:${value}`, 'text')}, 0)`)
  }
  // Looked up for each that all else lets through: a join would be free to begin with it.
  const ofQuery = (column: string): string =>
    `(select ${column} from sluice.queries where queries.id = history.query_id)`
  // The hash of a label may be that of another.
  if (labels !== undefined) conditions.push(`${ofQuery('labels')} @> ${parameter(JSON.stringify(labels), 'jsonb')}`)
  if (submittedAfter !== undefined)
    conditions.push(`${ofQuery('submitted_at')} >= ${parameter(submittedAfter, 'timestamptz')}`)
  if (submittedBefore !== undefined)
    conditions.push(`${ofQuery('submitted_at')} < ${parameter(submittedBefore, 'timestamptz')}`)
  return `
    select history.query_id as id from sluice.history ${joins.join(' ')}
    where ${conditions.join(' and ')} ${page('history.query_id')}`
}

function oneOf(column: string, values: readonly string[] | undefined, parameter: Parameter): string[] {
  if (values === undefined) return []
  // Compared with one value an index gives the rows in order.
  if (values.length === 1) return [`${column} = ${parameter(values[0], 'text')}`]
  return [`${column} = any(${parameter(values, 'text[]')})`]
}

function notRepeated(column: string, { repeated }: QueryFilter): string[] {
  return repeated === undefined
    ? []
    : [`not exists (select from sluice.queries again where again.retry_of = ${column})`]
}

/** Ids begin with the millisecond in which they were made. */
function idRange(column: string, { submittedAfter, submittedBefore }: QueryFilter, parameter: Parameter): string[] {
  const id = (ms: number): string => {
    const hex = Math.max(0, ms).toString(16).padStart(12, '0')
    return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
  }
  return [
    ...(submittedAfter === undefined
      ? []
      : [`${column} >= ${parameter(id(submittedAfter.getTime() - clockMarginMs), 'uuid')}`]),
    ...(submittedBefore === undefined
      ? []
      : [`${column} < ${parameter(id(submittedBefore.getTime() + clockMarginMs), 'uuid')}`]),
  ]
}

function pattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
}
