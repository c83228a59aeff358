import { compile } from 'json-schema-to-typescript'

type JsonSchema = Record<string, unknown>

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: JsonSchema
  description?: string
}

interface Operation {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>
}

/** An OpenAPI description, as far as types are made of it. */
export interface Description {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, JsonSchema> }
}

const banner = '// Made from docs/openapi.json by npm run generate. Do not edit.'
const jsonType = 'application/json'

/**
 * TypeScript types of an API: an interface for each named schema, and `Api`, which has
 * for each "METHOD /path" what the address (`params`), the query string (`query`) and the body
 * take, and what a success answers.
 */
export async function apiTypes({ paths, components }: Description): Promise<string> {
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => [
      `${method.toUpperCase()} ${path}`,
      routeSchema(operation),
    ]),
  )
  const schema = { ...closedObject(Object.fromEntries(routes)), components }
  return await compile(withUnknown(schema), 'Api', {
    bannerComment: banner,
    additionalProperties: false,
    enableConstEnums: false,
    unknownAny: true,
    // Tuples of up to 64 lengths are no help.
    ignoreMinAndMaxItems: true,
    format: true,
    style: { semi: false, singleQuote: true, printWidth: 120 },
  })
}

/** A schema that takes any value is `unknown`, not an object of any members. */
function withUnknown(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    const isSchema = key === 'items' || key === 'additionalProperties' || /^\d+$/.test(key)
    return isSchema && takesAnything(value) ? { tsType: 'unknown' } : value
  }) as JsonSchema
}

function takesAnything(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  const { anyOf } = schema as { anyOf?: unknown[] }
  return anyOf?.some(isUnknown) ?? Object.keys(schema).every((key) => key === 'description')
}

function isUnknown(schema: unknown): boolean {
  return (schema as { tsType?: string }).tsType === 'unknown'
}

function routeSchema({ parameters = [], requestBody, responses }: Operation): JsonSchema {
  const parts: Record<string, JsonSchema> = {}
  for (const [part, place] of [
    ['params', 'path'],
    ['query', 'query'],
  ] as const) {
    const members = parameters.filter((parameter) => parameter.in === place)
    if (members.length > 0) parts[part] = parameterSchema(members)
  }
  const body = requestBody?.content[jsonType]?.schema
  if (body !== undefined) parts['body'] = body
  const answer = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content?.[jsonType]?.schema
  if (answer !== undefined) parts['answer'] = answer
  return closedObject(parts)
}

function parameterSchema(parameters: Parameter[]): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(
      parameters.map(({ name, schema, description }) => [
        name,
        description === undefined ? schema : { ...schema, description },
      ]),
    ),
  }
}

function closedObject(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties }
}
