import type pg from 'pg'
import { sqlStateOf } from '../db/sqlState.ts'
import {
  holds,
  inRange,
  inTime,
  leastId,
  leastIdOf,
  notRepeated,
  queryConditions,
  rangeOf,
  timeOfId,
  type IdRange,
  type Parameter,
  type QueryFilter,
} from './filter.ts'
import { endedWanted, liveParts, uncountedPart, waitingWanted } from './liveParts.ts'
import { ofTexts, traitsOf, type Trait } from './traits.ts'

/** Rows that the first step looks at; later ones take as many as the time allows, and no fewer. */
const usualLeastRows = 1_000
const mostRows = 200_000
/** With so many texts that hold what is searched, reading them is no shortcut. */
const mostTexts = 2_000
/** So many queries with one of those texts are looked up rather than come across. */
const mostWithTexts = 5_000
/** How much of the time may go into finding the texts first. */
const textsShare = 0.4
/** A step looks at most at so many times as many rows as the one before. */
const mostGrowth = 8
/** A step takes about so much of the time that is left. */
const stepShare = 0.5
/** Not worth another step. */
const leastLeftMs = 10
/** Whether nobody counts what happens, in SQL: from statistics that have stood still for so long no list can be read. */
export const isBehind = `
  select rolled_up_at < statement_timestamp() - interval '60 seconds' as is_behind from sluice.statistics_state`
const queryCanceled = '57014'

/** SQL that reads something of each query, `id` at least, newest first, given SQL for an array of their ids. */
export type RowsOf = (ids: string) => string

/** What a search has found, newest first. */
export interface Found<Row> {
  rows: Row[]
  /** Where it goes on: all newer queries were looked at. Undefined: all were. */
  next: Place | undefined
}

interface Steps {
  ids: string[]
  next: Place | undefined
}

/** A place in a search. */
export interface Place {
  before: string
  /** True: finding the texts first takes too long. */
  textsTakeLong: boolean
}

/** How far a search goes at a time, and what it reads. */
export interface Pace {
  /** About how long it may take; the first step is taken in any case. */
  budgetMs: number
  /** Undefined: their ids are enough. */
  rowsOf?: RowsOf | undefined
  /** Rows that a step looks at, at least. */
  leastRows?: number
}

/**
 * Searches for the newest queries that match, step by step back in time, until there are
 * enough or the time is over. Each step reads the next rows of the trait that fewest queries
 * have, so what it takes is bounded, whatever the filter and however long the history is. All
 * steps see one moment.
 *
 * @param limit at most so many rows
 */
export async function searchInSteps<Row extends { id: string }>(
  pool: pg.Pool,
  tenant: string,
  filter: QueryFilter,
  limit: number,
  { budgetMs, rowsOf, leastRows = usualLeastRows }: Pace,
  textsTakeLong = false,
): Promise<Found<Row>> {
  const endsAt = performance.now() + budgetMs
  const client = await pool.connect()
  let failure: unknown
  try {
    // Rows are looked up one by one: every step is small beside the tables.
    await client.query(`
      begin isolation level repeatable read read only;
      set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off`)
    const search = await openSearch(client, tenant, filter, limit)
    const { ids, next } = await takeSteps(search, endsAt, leastRows, textsTakeLong)
    const rows =
      rowsOf === undefined || ids.length === 0
        ? ids.map((id) => ({ id }) as Row)
        : (await client.query<Row>(rowsOf('$1::uuid[]'), [ids])).rows
    await client.query('commit')
    return { rows, next }
  } catch (error) {
    failure = error
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release(failure instanceof Error && !('severity' in failure))
  }
}

/** What a step goes by. */
type Driver = Pick<Trait, 'rows' | 'condition'>

interface Texts {
  trait: Driver
  /** So few queries have one of them that a single step takes them all. */
  areFew: boolean
}

interface Search {
  client: pg.PoolClient
  tenant: string
  filter: QueryFilter
  limit: number
  traits: Trait[]
  /** Nobody counts what happens, so that sluice.history lacks what has ended since. */
  isBehind: boolean
  /** Ended queries that history does not know yet, newest first. */
  uncounted: string[]
  /** Those that hold what is searched, if they were found. */
  texts: Texts | undefined
}

async function openSearch(client: pg.PoolClient, tenant: string, filter: QueryFilter, limit: number): Promise<Search> {
  const values: unknown[] = []
  const parameter: Parameter = (value, type) => `$${values.push(value)}::${type}`
  const page = (id: string): string => `order by ${id} desc limit ${parameter(limit, 'bigint')}`
  const uncounted = endedWanted(filter)
    ? `array(${uncountedPart(tenant, filter, rangeOf(filter), parameter, page)})`
    : 'null'
  const { rows } = await client.query<{ is_behind: boolean; uncounted: string[] | null }>(
    `select is_behind, case when is_behind then null else ${uncounted} end as uncounted from (${isBehind}) state`,
    values,
  )
  return {
    client,
    tenant,
    filter,
    limit,
    traits: traitsOf(tenant, filter),
    isBehind: rows[0]!.is_behind,
    uncounted: rows[0]!.uncounted ?? [],
    texts: undefined,
  }
}

async function takeSteps(search: Search, endsAt: number, leastRows: number, textsTakeLong: boolean): Promise<Steps> {
  const { filter, limit } = search
  const ids: string[] = []
  const range = rangeOf(filter)
  let rows = leastRows
  let hasTriedTexts = textsTakeLong || filter.q === undefined || search.isBehind || !endedWanted(filter)
  while (range.before > range.from) {
    const startedAt = performance.now()
    const { from, trait } = await nextRange(search, range, rows)
    ids.push(...(await takeStep(search, { from, before: range.before }, trait, limit - ids.length)))
    if (ids.length === limit) return { ids, next: { before: ids.at(-1)!, textsTakeLong } }
    range.before = from
    if (from <= range.from) break
    const tookMs = performance.now() - startedAt
    if (!hasTriedTexts) {
      hasTriedTexts = true
      search.texts = await findTexts(search, Math.ceil((endsAt - performance.now()) * textsShare))
      textsTakeLong = search.texts === undefined
    }
    const leftMs = endsAt - performance.now()
    if (leftMs < leastLeftMs) return { ids, next: { before: range.before, textsTakeLong } }
    const factor = (leftMs * stepShare) / Math.max(tookMs, 1)
    rows = Math.floor(Math.min(mostRows, Math.max(leastRows, rows * Math.min(mostGrowth, factor))))
  }
  return { ids, next: undefined }
}

/** How far back the next step goes, and by which trait. */
async function nextRange(
  { client, filter, traits, isBehind, texts }: Search,
  range: IdRange,
  rows: number,
): Promise<{ from: string; trait: Driver | undefined }> {
  const values: unknown[] = []
  const parameter: Parameter = (value, type) => `$${values.push(value)}::${type}`
  const nthOf = (table: string, id: string): string => {
    const where = inRange(id, range, parameter)
    return `(select ${id} from sluice.${table} ${where.length === 0 ? '' : `where ${where.join(' and ')}`} order by ${id} desc offset ${rows} limit 1)`
  }
  const indexed = traits.filter(({ nth }) => nth !== undefined)
  const isByTrait = !isBehind && endedWanted(filter) && texts?.areFew !== true
  const columns = [
    isBehind ? nthOf('queries', 'id') : 'null',
    !isBehind && waitingWanted(filter) ? nthOf('queue', 'query_id') : 'null',
    ...(isByTrait ? indexed.map(({ nth }) => nth!(range, rows, parameter)) : []),
  ]
  const { rows: answer } = await client.query<(string | null)[]>({
    text: `select ${columns.join()}`,
    values,
    rowMode: 'array',
  })
  const [ofAll, ofQueue, ...ofTraits] = answer[0]!.map((id) => id ?? leastId)
  // The trait of fewest queries reaches furthest back.
  const furthest = ofTraits.reduce((least, id) => (id < least ? id : least), ofTraits[0] ?? leastId)
  const reached = [ofAll!, ofQueue!, furthest].reduce((latest, id) => (id > latest ? id : latest))
  // A whole millisecond: who goes on from there can say it as a time.
  const from = leastIdOf(timeOfId(reached))
  return {
    from: from > range.from ? from : range.from,
    trait: isByTrait ? indexed[ofTraits.lastIndexOf(furthest)] : texts?.trait,
  }
}

/** The newest ids of a range that match, at most so many. */
async function takeStep(search: Search, range: IdRange, driver: Driver | undefined, limit: number): Promise<string[]> {
  const { client, tenant, filter, isBehind, uncounted } = search
  const values: unknown[] = []
  const parameter: Parameter = (value, type) => `$${values.push(value)}::${type}`
  const most = parameter(limit, 'bigint')
  const page = (id: string): string => `order by ${id} desc limit ${most}`
  const parts = isBehind
    ? [
        `select queries.id from sluice.queries where ${queryConditions(tenant, filter, range, parameter)} ${page('queries.id')}`,
      ]
    : [
        ...liveParts(tenant, filter, range, parameter, page),
        ...(driver === undefined ? [] : [historyPart(search, range, driver, parameter)]),
      ]
  const { rows } = await client.query<{ id: string }>(
    `select id from (${parts.map((part) => `(${part})`).join(' union all ')}) part ${page('id')}`,
    values,
  )
  const fresh = uncounted.filter((id) => id >= range.from && id < range.before)
  const ids = rows.map(({ id }) => id)
  return fresh.length === 0 ? ids : [...ids, ...fresh].toSorted((a, b) => (a < b ? 1 : -1)).slice(0, limit)
}

function historyPart(search: Search, range: IdRange, driver: Driver, parameter: Parameter): string {
  const { filter, traits, texts } = search
  const { labels, q } = filter
  const conditions = [
    ...traits.filter((trait) => trait !== driver).map(({ condition }) => condition(parameter)),
    ...notRepeated('history.query_id', filter),
  ]
  if (texts !== undefined && texts.trait !== driver) conditions.push(texts.trait.condition(parameter))
  if (q !== undefined && texts === undefined) {
    const text = holds('statements.folded', q, parameter)
    conditions.push(`(select ${text} from sluice.statements where statements.id = history.statement_id)`)
  }
  // What only the query itself tells is asked of those that all else lets through.
  const ofQuery = (column: string): string => `(select ${column} from sluice.queries where queries.id = found.id)`
  const last = [
    ...inTime(ofQuery('submitted_at'), filter, parameter),
    // The hash of a label may be that of another.
    ...(labels === undefined ? [] : [`${ofQuery('labels')} @> ${parameter(JSON.stringify(labels), 'jsonb')}`]),
  ]
  const where = (each: string[]): string => (each.length === 0 ? '' : `where ${each.join(' and ')}`)
  return `
    select found.id
    from (
      select history.query_id as id from ${driver.rows(range, parameter)} ${where(conditions)} offset 0
    ) found ${where(last)}`
}

/** The texts that hold what is searched; undefined: they are many, or finding them takes longer. */
async function findTexts({ client, filter }: Search, mostMs: number): Promise<Texts | undefined> {
  if (mostMs < leastLeftMs) return undefined
  const values: unknown[] = []
  const parameter: Parameter = (value, type) => `$${values.push(value)}::${type}`
  await client.query(`savepoint texts; set local enable_seqscan = on; set local statement_timeout = ${mostMs}`)
  try {
    const { rows } = await client.query<{ id: string }>(
      `select id::text from sluice.statements where ${holds('folded', filter.q!, parameter)} limit ${mostTexts + 1}`,
      values,
    )
    if (rows.length > mostTexts) return undefined
    const ids = rows.map(({ id }) => id)
    const { rows: counted } = await client.query<{ count: number }>(
      `select count(*)::integer as count
       from (select from sluice.history where statement_id = any($1::bigint[]) limit ${mostWithTexts + 1}) counted`,
      [ids],
    )
    return { trait: ofTexts(ids), areFew: counted[0]!.count <= mostWithTexts }
  } catch (error) {
    if (sqlStateOf(error) === queryCanceled) return undefined
    throw error
  } finally {
    await client.query('rollback to savepoint texts')
  }
}
