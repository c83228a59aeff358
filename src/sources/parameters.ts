import { z } from 'zod'
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

const inferred = 0

const typedParameter = z.strictObject({
  type: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
})

/** Parameters as the protocol takes them: type OIDs (0: the source infers it) and values as text. */
export interface EncodedParameters {
  types: number[]
  values: (string | null)[]
}

/**
 * Encodes the parameters of a query. A plain JSON value is sent as text for the source to
 * infer its type, arrays and objects as JSON; `{"type","value"}` names the type.
 *
 * @throws RunError that names the parameter
 */
export function encodeParameters(params: readonly unknown[]): EncodedParameters {
  const encoded: EncodedParameters = { types: [], values: [] }
  params.forEach((param, i) => {
    const typed = typedParameter.safeParse(param)
    const type = typed.success ? parameterTypes[typed.data.type] : inferred
    if (type === undefined) {
      const known = Object.keys(parameterTypes).join(', ')
      throw new RunError('invalid_parameter', `Parameter $${i + 1} names a type that is not one of ${known}.`)
    }
    const text = asText(typed.success ? typed.data.value : param)
    if (text?.includes('\0')) throw new RunError('invalid_parameter', `Parameter $${i + 1} holds a NUL character.`)
    encoded.types.push(type)
    encoded.values.push(text)
  })
  return encoded
}

function asText(value: unknown): string | null {
  if (value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
