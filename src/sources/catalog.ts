import pg from 'pg'
import { clientConfig } from './clientConfig.ts'
import type { Source } from './source.ts'
import { connectError } from './sourceErrors.ts'

/** Relations beyond so many are left out, which `complete` tells. */
const mostRelations = 5_000
const timeoutMs = 10_000

/** A column that the login role may know of. */
export interface CatalogColumn {
  name: string
  /** As PostgreSQL writes it: `numeric(10,2)`. */
  type: string
  nullable: boolean
  comment: string | null
}

/** A table or what can be read like one. */
export interface CatalogRelation {
  schema: string
  name: string
  kind: 'table' | 'view' | 'materialized view' | 'foreign table'
  comment: string | null
  /** The planner's estimate; null: it has none. */
  estimated_rows: number | null
  columns: CatalogColumn[]
}

/** What the login role of a source can read. */
export interface Catalog {
  /** Schemas that are searched for names without one, in order. */
  search_path: string[]
  relations: CatalogRelation[]
  /** False: there are more relations. */
  complete: boolean
}

const relations = `
  select
    nspname as schema, relname as name,
    case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end as kind,
    obj_description(pg_class.oid, 'pg_class') as comment,
    nullif(reltuples, -1)::float8 as estimated_rows,
    coalesce(json_agg(json_build_object(
      'name', attname, 'type', format_type(atttypid, atttypmod), 'nullable', not attnotnull,
      'comment', col_description(attrelid, attnum)
    ) order by attnum) filter (where attname is not null), '[]') as columns
  from pg_class
  join pg_namespace on pg_namespace.oid = relnamespace
  left join pg_attribute
    on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    and has_column_privilege(attrelid, attnum, 'select')
  where relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition
    and nspname !~ '^pg_' and nspname <> 'information_schema'
    and has_schema_privilege(pg_namespace.oid, 'usage')
    and has_any_column_privilege(pg_class.oid, 'select')
  group by pg_class.oid, nspname, relname, relkind, reltuples
  order by nspname, relname
  limit ${mostRelations + 1}`

/**
 * Reads through the login role of a source what that role can read: relations with their
 * columns, without the system's own.
 *
 * @throws RunError if the source cannot be reached or refuses
 */
export async function readCatalog(source: Source): Promise<Catalog> {
  const client = new pg.Client({ ...clientConfig(source), query_timeout: timeoutMs })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(`begin read only; set local statement_timeout = ${timeoutMs}`)
    const path = await client.query<{ search_path: string[] }>('select current_schemas(false)::text[] as search_path')
    const { rows } = await client.query<CatalogRelation>(relations)
    await client.query('rollback')
    return {
      search_path: path.rows[0]!.search_path,
      relations: rows.slice(0, mostRelations),
      complete: rows.length <= mostRelations,
    }
  } catch (error) {
    throw connectError(source.name, error)
  } finally {
    await client.end().catch(() => undefined)
  }
}
