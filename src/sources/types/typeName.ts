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

/** PostgreSQL's own name of a type that format_type() wrote with the long names of the SQL standard. */
export function shortName(formatted: string): string {
  const rule = longNames.find(([long]) => long.test(formatted))
  return rule === undefined ? formatted : formatted.replace(...rule)
}

/** The name of the items of an array type. */
export function itemTypeName(arrayType: string): string {
  return arrayType.replace(/\[\]$/, '')
}
