import type pg from 'pg'
import { RequestError } from '../errors.ts'

/** A column of a view. */
export interface ViewColumn {
  name: string
  /** As PostgreSQL names it. */
  type: string
  description: string | null
}

/** A view of schema sluice, as its comments describe it. */
export interface ViewDescription {
  name: string
  description: string | null
  columns: ViewColumn[]
}

/** Which rows of a view to read. */
export interface ViewWindow {
  /** Columns that must have a value, as text. */
  filters: readonly { column: string; value: string }[]
  order: { column: string; descending: boolean } | undefined
  limit: number
}

/** The views of schema sluice, by name. */
export async function listViews(pool: pg.Pool): Promise<ViewDescription[]> {
  const { rows } = await pool.query<ViewDescription>(`
    select relname as name, obj_description(pg_class.oid, 'pg_class') as description,
      json_agg(json_build_object(
        'name', attname, 'type', format_type(atttypid, atttypmod), 'description', col_description(attrelid, attnum)
      ) order by attnum) as columns
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    where relnamespace = 'sluice'::regnamespace and relkind = 'v'
    group by pg_class.oid, relname
    order by relname`)
  return rows
}

/**
 * Rows of a view.
 *
 * @param view one of {@link listViews}: its names go into the statement
 * @throws RequestError invalid_request for a column that it does not have
 */
export async function readView(
  pool: pg.Pool,
  view: ViewDescription,
  { filters, order, limit }: ViewWindow,
): Promise<Record<string, unknown>[]> {
  const quote = (column: string): string => {
    if (view.columns.some(({ name }) => name === column)) return `"${column.replaceAll('"', '""')}"`
    const known = view.columns.map(({ name }) => name).join(', ')
    throw new RequestError('invalid_request', `View ${view.name} has no column ${column}. It has ${known}.`)
  }
  const conditions = filters.map(({ column }, i) => `${quote(column)}::text = $${i + 2}`)
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const orderBy =
    order === undefined ? '' : `order by ${quote(order.column)} ${order.descending ? 'desc' : 'asc'} nulls last`
  const { rows } = await pool.query<Record<string, unknown>>(
    `select * from sluice."${view.name.replaceAll('"', '""')}" ${where} ${orderBy} limit $1`,
    [limit, ...filters.map(({ value }) => value)],
  )
  return rows
}
