import { RunError } from '../errors.ts'

/** Types that a parameter may name, with their OIDs (pg_type.dat). */
const parameterTypes: Readonly<Record<string, number>> = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  inet: 869,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  numeric: 1700,
  uuid: 2950,
  jsonb: 3802,
  'bool[]': 1000,
  'int2[]': 1005,
  'int4[]': 1007,
  'text[]': 1009,
  'varchar[]': 1015,
  'int8[]': 1016,
  'float4[]': 1021,
  'float8[]': 1022,
  'timestamp[]': 1115,
  'date[]': 1182,
  'timestamptz[]': 1185,
  'numeric[]': 1231,
  'uuid[]': 2951,
  'jsonb[]': 3807,
}

/** Types for which a JSON array is a value of its own rather than a PostgreSQL array. */
const jsonOids: ReadonlySet<number> = new Set(['json', 'jsonb', 'text', 'varchar'].map((name) => parameterTypes[name]!))

const inferred = 0
/** The protocol counts parameters in 16 bits. */
const mostParameters = 65_535

/** A parameter of a query before the source has told the types of those that name none. */
export interface Parameter {
  /** OID of the type that the parameter names, 0: the source infers it. */
  typeOid: number
  value: unknown
}

/**
 * Reads the parameters of a query: each a JSON value, or `{"type","value"}`.
 *
 * @throws RunError invalid_parameter, which names the parameter
 */
export function readParameters(params: readonly unknown[]): Parameter[] {
  if (params.length > mostParameters) {
    throw new RunError(
      'invalid_parameter',
      `There are ${params.length} parameters; at most ${mostParameters} are taken.`,
    )
  }
  return params.map((param, i) => {
    if (!isTyped(param)) return { typeOid: inferred, value: param }
    if (!Object.hasOwn(parameterTypes, param.type)) {
      const known = Object.keys(parameterTypes).join(', ')
      throw new RunError('invalid_parameter', `Parameter $${i + 1} names a type that is not one of ${known}.`)
    }
    return { typeOid: parameterTypes[param.type]!, value: param.value }
  })
}

function isTyped(param: unknown): param is { type: string; value: unknown } {
  if (typeof param !== 'object' || param === null || Array.isArray(param)) return false
  const keys = Object.keys(param).sort().join()
  return keys === 'type,value' && typeof (param as { type: unknown }).type === 'string'
}

/**
 * The parameters as text, in the form that the source's types for them take: a JSON array is
 * a PostgreSQL array unless the type is json or text, an object is JSON, a string is itself.
 *
 * @param typeOids the types that the statement takes, as the source describes them
 * @throws RunError invalid_parameter, which names the parameter or both counts
 */
export function encodeParameters(parameters: readonly Parameter[], typeOids: readonly number[]): (string | null)[] {
  if (parameters.length !== typeOids.length) {
    throw new RunError(
      'invalid_parameter',
      `The statement takes ${typeOids.length} parameters, but params has ${parameters.length}.`,
    )
  }
  return parameters.map(({ value }, i) => {
    const isArray = Array.isArray(value) && !jsonOids.has(typeOids[i]!)
    const text = isArray ? arrayText(value as unknown[]) : scalarText(value)
    if (text?.includes('\0')) throw new RunError('invalid_parameter', `Parameter $${i + 1} holds a NUL character.`)
    return text
  })
}

function scalarText(value: unknown): string | null {
  if (value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A PostgreSQL array, such as `{1,NULL,"a \"quoted\" text"}`. */
function arrayText(elements: readonly unknown[]): string {
  const texts = elements.map((element) => {
    if (Array.isArray(element)) return arrayText(element)
    const text = scalarText(element)
    return text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
  })
  return `{${texts.join()}}`
}
