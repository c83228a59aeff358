import type pg from 'pg'
import { inRange, queryConditions, rangeOf, type Parameter, type QueryFilter } from './filter.ts'
import { endedWanted, liveParts, uncountedPart, type Page } from './liveParts.ts'
import { isBehind, searchInSteps, type Found, type Place, type RowsOf } from './steps.ts'
import { traitsOf, type Trait } from './traits.ts'

export type { QueryFilter } from './filter.ts'

/** How long one search may take before it tells what it has found so far. */
const budgetMs = 120

const idsAlone: RowsOf = (ids) => `select unnest(${ids}) as id`

/**
 * The newest queries of a tenant that match, as far as they are found in a moment: an index
 * gives those of one trait at once, for anything else history is searched step by step.
 *
 * @param pool for views: each filter has a plan of its own
 * @param place where an earlier search stopped
 * @param rowsOf what is read of them, in the same moment; undefined: their ids
 * @returns fewer than `limit` with a place to go on from: it was not the end
 */
export async function searchQueries<Row extends { id: string } = { id: string }>(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  limit: number,
  place?: Place,
  rowsOf?: RowsOf,
): Promise<Found<Row>> {
  if (isOfOthers(tenant, filter)) return { rows: [], next: undefined }
  const placed = place === undefined ? filter : { ...filter, before: place.before }
  if (!hasOneTrait(tenant, filter)) {
    return await searchInSteps<Row>(pool, tenant, placed, limit, { budgetMs, rowsOf }, place?.textsTakeLong)
  }
  const { text, values } = statement(tenant, placed, limit, true)
  const { rows } = await pool.query<Row>((rowsOf ?? idsAlone)(`array(${text})`), values)
  return { rows, next: rows.length === limit ? { before: rows.at(-1)!.id, textsTakeLong: false } : undefined }
}

/** The ids of the newest queries of a tenant that match, however long it takes to find them. */
export async function findQueries(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  limit: number,
): Promise<string[]> {
  return (await findRows(pool, tenant, filter, limit)).map(({ id }) => id)
}

/**
 * Reads the newest queries of a tenant that match, however long it takes to find them.
 *
 * @param gone aborted when nobody wants them any more: what was found so far is returned
 */
export async function findRows<Row extends { id: string } = { id: string }>(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  limit: number,
  rowsOf?: RowsOf,
  gone?: AbortSignal,
): Promise<Row[]> {
  const found: Row[] = []
  let place: Place | undefined
  for (;;) {
    const { rows, next } = await searchQueries<Row>(pool, tenant, filter, limit - found.length, place, rowsOf)
    found.push(...rows)
    if (next === undefined || found.length >= limit || gone?.aborted === true) return found
    place = next
  }
}

/**
 * Counts the queries of a tenant that match, no further than `most` and as far as they are
 * found in a moment.
 *
 * @returns `next`: where the count goes on
 */
export async function countQueries(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  most: number,
  place?: Place,
): Promise<{ count: number; complete: boolean; next: Place | undefined }> {
  if (isOfOthers(tenant, filter)) return { count: 0, complete: true, next: undefined }
  if (!hasOneTrait(tenant, filter)) {
    const { rows, next } = await searchQueries(pool, tenant, filter, most + 1, place)
    const isMore = rows.length > most
    return { count: isMore ? most : rows.length, complete: next === undefined, next: isMore ? undefined : next }
  }
  const placed = place === undefined ? filter : { ...filter, before: place.before }
  const { text, values } = statement(tenant, placed, most + 1, false)
  const { rows } = await pool.query<{ count: number }>(`select count(*)::integer as count from (${text}) found`, values)
  const { count } = rows[0]!
  return { count: Math.min(count, most), complete: count <= most, next: undefined }
}

/** Whether only queries of other tenants are asked for. */
function isOfOthers(tenant: string, { tenants }: QueryFilter): boolean {
  return tenants !== undefined && !tenants.includes(tenant)
}

/** Whether one index gives everything that matches, newest first. */
function hasOneTrait(tenant: string, filter: QueryFilter): boolean {
  const { q, labels, repeated, submittedAfter, submittedBefore, states, lanes, sources } = filter
  return (
    [q, labels, repeated, submittedAfter, submittedBefore].every((value) => value === undefined) &&
    [states, lanes, sources].every((values) => values === undefined || values.length === 1) &&
    hasIndex(traitsOf(tenant, filter))
  )
}

/** The first is the tenant. */
function hasIndex(traits: Trait[]): boolean {
  return traits.length <= 2 && traits.every(({ nth }) => nth !== undefined)
}

/**
 * One statement sees queue, leases and history at one moment, so none is missed between them.
 * While nobody counts what happens, history lacks what has ended since, and the queries themselves are read.
 */
function statement(
  tenant: string,
  filter: QueryFilter,
  limit: number,
  ordered: boolean,
): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const parameter: Parameter = (value, type) => `$${values.push(value)}::${type}`
  const most = parameter(limit, 'bigint')
  const page: Page = (id) => `${ordered ? `order by ${id} desc` : ''} limit ${most}`
  const range = rangeOf(filter)
  const counted = [
    ...liveParts(tenant, filter, range, parameter, page),
    ...(endedWanted(filter)
      ? [historyPart(tenant, filter, parameter, page), uncountedPart(tenant, filter, range, parameter, page)]
      : []),
  ]
  const parts = [
    ...counted.map((part) => `select id from (${part}) part where not (${isBehind})`),
    `select id from (
       select queries.id from sluice.queries
       where ${queryConditions(tenant, filter, range, parameter)} ${page('queries.id')}
     ) part where (${isBehind})`,
  ]
  const all = parts.map((part) => `(${part})`).join(' union all ')
  return { text: `select id from (${all}) part ${page('id')}`, values }
}

function historyPart(tenant: string, filter: QueryFilter, parameter: Parameter, page: Page): string {
  const conditions = [
    ...traitsOf(tenant, filter).map(({ condition }) => condition(parameter)),
    ...inRange('history.query_id', rangeOf(filter), parameter),
  ]
  return `
    select history.query_id as id from sluice.history where ${conditions.join(' and ')} ${page('history.query_id')}`
}
