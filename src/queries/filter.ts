import type { State } from './states.ts'

/** Which of a tenant's queries; undefined: any. What is a list fits if one of its members does. */
export interface QueryFilter {
  states?: readonly State[] | undefined
  lanes?: readonly string[] | undefined
  sources?: readonly string[] | undefined
  /** Of others than the one whose queries they are there is nothing to find. */
  tenants?: readonly string[] | undefined
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

/** Adds a value to those of a statement; its place there, with its type. */
export type Parameter = (value: unknown, type: string) => string

/** A part of all ids, which is a part of all time. */
export interface IdRange {
  /** Inclusive. */
  from: string
  /** Exclusive. */
  before: string
}

/** Ids are made by servers whose clocks may differ from PostgreSQL's. */
const clockMarginMs = 600_000

/** Below and above every id. */
export const leastId = '00000000-0000-0000-0000-000000000000'
const greatestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** The least id of a millisecond: ids begin with that in which they were made. */
export function leastIdOf(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** The millisecond in which an id was made. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** Where the queries are that a filter may find. */
export function rangeOf({ submittedAfter, submittedBefore, before }: QueryFilter): IdRange {
  const end = submittedBefore === undefined ? greatestId : leastIdOf(submittedBefore.getTime() + clockMarginMs)
  return {
    from: submittedAfter === undefined ? leastId : leastIdOf(submittedAfter.getTime() - clockMarginMs),
    before: before !== undefined && before < end ? before : end,
  }
}

/** That an id is in the range, in SQL. */
export function inRange(column: string, { from, before }: IdRange, parameter: Parameter): string[] {
  return [
    ...(from === leastId ? [] : [`${column} >= ${parameter(from, 'uuid')}`]),
    ...(before === greatestId ? [] : [`${column} < ${parameter(before, 'uuid')}`]),
  ]
}

/** That a column is one of some values, in SQL. */
export function oneOf(column: string, values: readonly string[] | undefined, parameter: Parameter): string[] {
  if (values === undefined) return []
  // Compared with one value an index gives the rows in order.
  if (values.length === 1) return [`${column} = ${parameter(values[0], 'text')}`]
  return [`${column} = any(${parameter(values, 'text[]')})`]
}

/** That a query was submitted within the filter's time, in SQL. */
export function inTime(
  submittedAt: string,
  { submittedAfter, submittedBefore }: QueryFilter,
  parameter: Parameter,
): string[] {
  return [
    ...(submittedAfter === undefined ? [] : [`${submittedAt} >= ${parameter(submittedAfter, 'timestamptz')}`]),
    ...(submittedBefore === undefined ? [] : [`${submittedAt} < ${parameter(submittedBefore, 'timestamptz')}`]),
  ]
}

/** That a query was not repeated as another, if that is asked for. */
export function notRepeated(id: string, { repeated }: QueryFilter): string[] {
  return repeated === undefined ? [] : [`not exists (select from sluice.queries again where again.retry_of = ${id})`]
}

/** That a text in lower case holds another, in SQL. */
export function holds(folded: string, text: string, parameter: Parameter): string {
  const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
  return `${folded} like lower(${parameter(pattern, 'text')})`
}

/** Everything that a filter asks of a row of sluice.queries, in SQL. */
export function queryConditions(tenant: string, filter: QueryFilter, range: IdRange, parameter: Parameter): string {
  const { worker, code, labels, q } = filter
  return [
    `queries.tenant = ${parameter(tenant, 'text')}`,
    ...inRange('queries.id', range, parameter),
    ...oneOf('queries.state', filter.states, parameter),
    ...oneOf('queries.lane', filter.lanes, parameter),
    ...oneOf('queries.source', filter.sources, parameter),
    ...(worker === undefined ? [] : [`queries.worker_id = ${parameter(worker, 'uuid')}`]),
    ...(code === undefined ? [] : [`queries.error ->> 'code' = ${parameter(code, 'text')}`]),
    ...(labels === undefined
      ? []
      : [`queries.labels @> ${parameter(JSON.stringify(labels), 'jsonb')} and queries.labels <> '{}'`]),
    ...inTime('queries.submitted_at', filter, parameter),
    ...(q === undefined ? [] : [holds('lower(queries.sql)', q, parameter)]),
    ...notRepeated('queries.id', filter),
  ].join(' and ')
}
