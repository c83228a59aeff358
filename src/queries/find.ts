import type pg from 'pg'
import { inRange, queryConditions, rangeOf, type Parameter, type QueryFilter } from './filter.ts'
import { endedWanted, liveParts, uncountedPart, type Page } from './liveParts.ts'
import { behindMs, searchInSteps, type Place, type Steps } from './steps.ts'
import { traitsOf, type Trait } from './traits.ts'

export type { QueryFilter } from './filter.ts'

/** How long one search may take before it tells what it has found so far. */
const budgetMs = 120

/**
 * The newest queries of a tenant that match, as far as they are found in a moment: an index
 * gives those of one trait at once, for anything else history is searched step by step.
 *
 * @param pool for views: each filter has a plan of its own
 * @param place where an earlier search stopped
 * @returns their ids, newest first; fewer than `limit` with a place to go on from: it was not the end
 */
export async function searchQueries(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  limit: number,
  place?: Place,
): Promise<Steps> {
  if (isOfOthers(tenant, filter)) return { ids: [], next: undefined }
  const placed = place === undefined ? filter : { ...filter, before: place.before }
  if (!hasOneTrait(tenant, filter)) {
    return await searchInSteps(pool, tenant, placed, limit, { budgetMs }, place?.textsTakeLong)
  }
  const { text, values } = await statement(pool, tenant, placed, limit, true)
  const { rows } = await pool.query<{ id: string }>(text, values)
  const ids = rows.map(({ id }) => id)
  return { ids, next: ids.length === limit ? { before: ids.at(-1)!, textsTakeLong: false } : undefined }
}

/**
 * The newest queries of a tenant that match, however long it takes to find them.
 *
 * @param gone aborted when nobody wants them any more: what was found so far is returned
 */
export async function findQueries(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  limit: number,
  gone?: AbortSignal,
): Promise<string[]> {
  const found: string[] = []
  let place: Place | undefined
  for (;;) {
    const { ids, next } = await searchQueries(pool, tenant, filter, limit - found.length, place)
    found.push(...ids)
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
    const { ids, next } = await searchQueries(pool, tenant, filter, most + 1, place)
    const isMore = ids.length > most
    return { count: isMore ? most : ids.length, complete: next === undefined, next: isMore ? undefined : next }
  }
  const placed = place === undefined ? filter : { ...filter, before: place.before }
  const { text, values } = await statement(pool, tenant, placed, most + 1, false)
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
  return traits.length <= 2 && traits.every(({ isIndexed }) => isIndexed)
}

/** Whether nobody counts what happens, so that sluice.history lacks what has ended since. */
async function standStill(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ behind: boolean }>(
    `select rolled_up_at < clock_timestamp() - make_interval(secs => $1) as behind from sluice.statistics_state`,
    [behindMs / 1000],
  )
  return rows[0]!.behind
}

/** One statement sees queue, leases and history at one moment, so none is missed between them. */
async function statement(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  limit: number,
  ordered: boolean,
): Promise<{ text: string; values: unknown[] }> {
  const values: unknown[] = []
  const parameter: Parameter = (value, type) => `$${values.push(value)}::${type}`
  const most = parameter(limit, 'bigint')
  const page: Page = (id) => `${ordered ? `order by ${id} desc` : ''} limit ${most}`
  const range = rangeOf(filter)
  const parts = (await standStill(pool))
    ? [
        `select queries.id from sluice.queries where ${queryConditions(tenant, filter, range, parameter)} ${page('queries.id')}`,
      ]
    : [
        ...liveParts(tenant, filter, range, parameter, page),
        ...(endedWanted(filter)
          ? [historyPart(tenant, filter, parameter, page), uncountedPart(tenant, filter, range, parameter, page)]
          : []),
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
