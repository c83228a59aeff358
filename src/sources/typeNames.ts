import { bind, execute, flush, parse, type FieldDescription } from '../wire/messages.ts'
import { typeName } from './columnTypes.ts'

const statementName = 'sluice_types'
const lookup = `
  select pg_catalog.format_type(o, m)
  from rows from (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int4[])) with ordinality t (o, m, n)
  order by n`

/** Names of types that only the source can tell, by `oid/modifier`. One per source. */
export type TypeNameCache = Map<string, string>
const mostCached = 10_000

/** The names of the fields' types, undefined where one must be asked for. */
export function knownTypeNames(fields: readonly FieldDescription[], cache: TypeNameCache): (string | undefined)[] {
  return fields.map((field) => typeName(field) ?? cache.get(key(field)))
}

/** Messages that ask the source for the names of the given fields' types: one text row each. */
export function askTypeNames(fields: readonly FieldDescription[]): Buffer[] {
  const oids = `{${fields.map((field) => field.typeOid).join()}}`
  const modifiers = `{${fields.map((field) => field.typeModifier).join()}}`
  return [parse(statementName, lookup, []), bind(statementName, [oids, modifiers], []), execute, flush]
}

/** Remembers the source's answer. */
export function rememberTypeName(field: FieldDescription, formatted: string | null, cache: TypeNameCache): void {
  if (cache.size >= mostCached) cache.clear()
  cache.set(key(field), shortName(formatted ?? `oid ${field.typeOid}`))
}

function key(field: FieldDescription): string {
  return `${field.typeOid}/${field.typeModifier}`
}

const longNames: readonly [RegExp, string][] = [
  [/^smallint\b/, 'int2'],
  [/^integer\b/, 'int4'],
  [/^bigint\b/, 'int8'],
  [/^boolean\b/, 'bool'],
  [/^real\b/, 'float4'],
  [/^double precision\b/, 'float8'],
  [/^bit varying\b/, 'varbit'],
  [/^character varying\b/, 'varchar'],
  [/^character\b/, 'bpchar'],
  [/^(time|timestamp)(\(\d+\))? without time zone/, '$1$2'],
  [/^(time|timestamp)(\(\d+\))? with time zone/, '$1tz$2'],
]

/** format_type() writes the SQL standard's long names; Sluice uses PostgreSQL's own. */
function shortName(formatted: string): string {
  const rule = longNames.find(([long]) => long.test(formatted))
  return rule === undefined ? formatted : formatted.replace(...rule)
}
