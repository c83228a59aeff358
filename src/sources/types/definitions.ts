/** A type that is not one of PostgreSQL's own, as far as it tells how values come. */
export type TypeDefinition =
  | { kind: 'enum' }
  | { kind: 'domain'; base: number; modifier: number }
  | { kind: 'array'; name: string; item: number; delimiter: string }
  | { kind: 'composite'; fields: { name: string; oid: number; modifier: number; type: string }[] }
  | { kind: 'other' }

/** What a source answers to {@link definitionsQuery}. */
export interface TypeAnswer {
  /** As format_type() writes them, in the order in which they were asked for. */
  names: (string | null)[]
  /** The types that were asked for and all that they contain; null: none of them exists. */
  types: (TypeDefinition & { oid: number })[] | null
}

/** Asks for types, $1 their OIDs, $2 their modifiers; one row of one JSON value comes back. */
export const definitionsQuery = `
  with recursive asked as (
    select * from rows from (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int4[]))
      with ordinality t (type_oid, modifier, n)
  ),
  reached as (
    select type_oid from asked
    union
    select part.type_oid
    from reached
    join pg_catalog.pg_type on pg_type.oid = reached.type_oid
    cross join lateral (
      select item.oid from pg_catalog.pg_type item where item.oid = pg_type.typelem and item.typarray = pg_type.oid
      union all
      select pg_type.typbasetype where pg_type.typtype = 'd'
      union all
      select atttypid from pg_catalog.pg_attribute
      where pg_type.typtype = 'c' and attrelid = pg_type.typrelid and attnum > 0 and not attisdropped
    ) part (type_oid)
  )
  select pg_catalog.json_build_object(
    'names', (select pg_catalog.json_agg(pg_catalog.format_type(type_oid, modifier) order by n) from asked),
    'types', (
      select pg_catalog.json_agg(
        case
          when typtype = 'e' then pg_catalog.json_build_object('oid', oid::int8, 'kind', 'enum')
          when typtype = 'd' then pg_catalog.json_build_object(
            'oid', oid::int8, 'kind', 'domain', 'base', typbasetype::int8, 'modifier', typtypmod)
          when exists (select from pg_catalog.pg_type item where item.oid = pg_type.typelem and item.typarray = pg_type.oid)
            then pg_catalog.json_build_object(
              'oid', oid::int8, 'kind', 'array', 'name', pg_catalog.format_type(oid, null), 'item', typelem::int8,
              'delimiter', typdelim)
          when typtype = 'c' then pg_catalog.json_build_object(
            'oid', oid::int8, 'kind', 'composite', 'fields', (
              select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                'name', attname, 'oid', atttypid::int8, 'modifier', atttypmod,
                'type', pg_catalog.format_type(atttypid, atttypmod)) order by attnum), '[]')
              from pg_catalog.pg_attribute where attrelid = pg_type.typrelid and attnum > 0 and not attisdropped))
          else pg_catalog.json_build_object('oid', oid::int8, 'kind', 'other')
        end)
      from pg_catalog.pg_type where oid in (select type_oid from reached)))`
