import { z } from 'zod'
import { states } from '../queries/states.ts'

/**
 * The contract of the API: these schemas check requests, are checked against answers in
 * tests, and make /openapi.json.
 */

export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be a name of lower-case letters, digits, _ and -')
const mostSqlBytes = 1024 * 1024
const mostLabels = 64
const longestWaitSeconds = 60

export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'must be a UUID')
  .transform((id) => id.toLowerCase())

const deepestJson = 100

/**
 * Whether PostgreSQL can store a JSON value exactly: it has no NUL and no half of a surrogate
 * pair in any text, no number that became infinite, and is not too deeply nested.
 */
function isStorable(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return (
    depth < deepestJson &&
    Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member, depth + 1))
  )
}

const storable = `must hold no NUL, no unpaired surrogate, no number beyond a double and no more than ${deepestJson} levels`

const jsonValue: z.ZodType = z.unknown().describe('A JSON value, or {"type":"int8","value":"…"}')

const typedParam = z.strictObject({
  type: z.string().describe('PostgreSQL type, such as int8, numeric, timestamptz or text[]'),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
})

export const submitBody = z
  .strictObject({
    sql: z
      .string()
      .min(1)
      .refine((sql) => Buffer.byteLength(sql) <= mostSqlBytes, `must be at most ${mostSqlBytes} bytes`)
      .refine((sql) => !sql.includes('\0'), 'must not hold a NUL character')
      .refine((sql) => sql.isWellFormed(), 'must not hold an unpaired surrogate')
      .refine((sql) => sql.trim() !== '', 'must hold a statement')
      .describe('One statement, at most 1 MB'),
    source: name.optional().describe('Name of a registered source; default: default'),
    params: z
      .array(z.union([typedParam, jsonValue]))
      .max(65535)
      .refine((params) => isStorable(params), storable)
      .optional()
      .describe('Values for $1…'),
    lane: name.optional().describe('Name of a lane; default: default'),
    priority: z.int().min(1).max(9).optional().describe('1 (first) to 9 (last); default: 5'),
    labels: z
      .record(z.string().min(1).max(255), z.string().max(1000))
      .refine((labels) => Object.keys(labels).length <= mostLabels, `must hold at most ${mostLabels} labels`)
      .refine((labels) => isStorable(labels), storable)
      .optional(),
    timeout_seconds: z.int().min(1).max(2_000_000).optional().describe("Run time limit; default: the lane's"),
    queue_timeout_seconds: z.int().min(1).max(2_000_000_000).optional().describe('Limit on the wait for a slot'),
    row_limit: z.int().min(1).optional().describe('The result stops after so many rows and says so'),
    byte_limit: z.int().min(1).optional().describe('The result stops after so many bytes of rows and says so'),
    ttl_seconds: z.int().min(1).max(31_536_000).optional().describe("How long the result is kept; default: the lane's"),
    webhooks: z.array(name).max(10).optional().describe('Webhooks that are told of its end besides those of its lane'),
    max_attempts: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Attempts in all, if errors that may pass end the others; default: 1. For statements that cannot write',
      ),
    run_at: z.iso.datetime({ offset: true }).optional().describe('Not to be started before'),
    abandon_after_seconds: z
      .int()
      .min(1)
      .max(31_536_000)
      .optional()
      .describe('Canceled when nobody has asked about it for so long; default: never'),
    on_wait_timeout: z
      .enum(['continue', 'cancel'])
      .optional()
      .describe('What becomes of the query when the wait of this request passes; default: continue'),
  })
  .meta({ id: 'SubmitRequest' })

export const batchBody = z.strictObject({ queries: z.array(submitBody).min(1).max(1000) }).meta({ id: 'BatchRequest' })

export const column = z.object({ name: z.string(), type: z.string(), nullable: z.boolean() })

const queryError = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  sqlstate: z.string().optional(),
  position: z.int().optional(),
  hint: z.string().optional(),
  column: z.string().optional(),
})

export const time = z.iso.datetime()

export const queryResource = z
  .object({
    id: z.uuid(),
    state: z.enum(states),
    source: z.string(),
    lane: z.string(),
    tenant: z.string(),
    priority: z.int(),
    labels: z.record(z.string(), z.string()),
    sql: z.string(),
    attempt: z.int(),
    worker: z.uuid().nullable(),
    queue_position: z.int().nullable().describe('Queries before it in its lane; null once it started'),
    submitted_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    timings_ms: z.object({
      queued: z.number().nullable(),
      running: z.number().nullable(),
      first_row: z.number().nullable(),
    }),
    progress: z.object({ rows: z.int(), bytes: z.int(), chunks: z.int() }),
    result: z
      .object({
        columns: z.array(column),
        rows: z.int(),
        bytes: z.int(),
        chunks: z.int(),
        complete: z.boolean(),
        truncated: z.boolean(),
        limiting_factor: z.enum(['row_limit', 'byte_limit']).nullable(),
        expires_at: time,
        reused_from: z.uuid().nullable(),
        preview: z.object({ rows: z.array(z.array(z.unknown())), complete: z.boolean() }).optional(),
        preview_error: z
          .enum(['result_corrupt', 'result_store_unavailable'])
          .optional()
          .describe('Why there is no preview'),
      })
      .nullable(),
    error: queryError.nullable(),
    retry_of: z.uuid().nullable().describe('The query that this one repeats'),
    links: z.object({ self: z.string(), result: z.string(), cancel: z.string() }),
  })
  .meta({ id: 'Query' })

export const queryList = z
  .object({
    queries: z.array(queryResource),
    cursor: z.string().nullable().describe('Give it as ?cursor= for the next page'),
  })
  .meta({ id: 'QueryList' })

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    retryable: z.boolean(),
    query_id: z.uuid().optional(),
    state: z.enum(states).optional().describe('State of the query'),
    cause: z.string().optional().describe('Code of the error with which the query ended'),
    sqlstate: z.string().optional(),
    position: z.int().optional(),
    hint: z.string().optional(),
    column: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

export const batchAnswer = z
  .object({ queries: z.array(z.union([queryResource, z.object({ error: problem })])) })
  .meta({ id: 'BatchAnswer' })

export const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number, 0 or above')
  .transform(Number)

export const wait = wholeNumber.pipe(z.number().max(longestWaitSeconds, `must be 0 to ${longestWaitSeconds} seconds`))
export const idParams = z.strictObject({ id: uuid })
export const waitQuery = z.strictObject({ wait: wait.optional() })

/** One or several values of a parameter, as a list. */
function several<T extends z.ZodType>(value: T) {
  return z.union([value, z.array(value).min(1).max(100)]).transform((given) => [given].flat() as z.infer<T>[])
}

export const listFilter = z.strictObject({
  state: several(z.enum(states)).optional().describe('May repeat'),
  lane: several(name).optional().describe('May repeat'),
  source: several(name).optional().describe('May repeat'),
  label: z
    .union([z.string(), z.array(z.string()).max(mostLabels)])
    .optional()
    .describe('key:value; may repeat'),
  q: z
    .string()
    .max(1000)
    .refine((text) => isStorable(text), storable)
    .optional()
    .describe('Text that the SQL holds'),
  worker: uuid.optional().describe('Worker of the last claim'),
  code: z.string().max(100).optional().describe('Code of the error'),
  submitted_after: z.iso.datetime({ offset: true }).optional().describe('At this moment or later'),
  submitted_before: z.iso.datetime({ offset: true }).optional().describe('Before this moment'),
})

export const listQuery = listFilter.extend({
  limit: wholeNumber.pipe(z.number().min(1).max(1000)).optional().describe('1 to 1000; default: 50'),
  cursor: z.string().optional(),
})

/** Of an action on all that match. */
export const bulkFilter = listFilter.extend({
  dry_run: z
    .enum(['true', 'false'])
    .optional()
    .transform((value) => value === 'true')
    .describe('true: nothing is done, only counted'),
})

export const queryCount = z
  .object({ count: z.int(), complete: z.boolean().describe('False: there are more than were counted') })
  .meta({ id: 'QueryCount' })

const tls = z.enum(['disable', 'require', 'verify-full'])

export const sourceBody = z
  .strictObject({
    name,
    host: z.string().min(1).max(255),
    port: z.int().min(1).max(65535).optional(),
    database: z.string().min(1).max(63),
    user: z.string().min(1).max(63),
    password: z.string().max(1000).optional().describe('Kept, never returned'),
    tls: tls.optional().describe('Default: disable on loopback, else verify-full'),
    writes: z.boolean().optional().describe('True: statements may write, and are committed; default: false'),
    max_connections: z.int().min(1).max(10000).optional(),
  })
  .meta({ id: 'SourceRequest' })

export const sourceChange = sourceBody.omit({ name: true }).partial().strict().meta({ id: 'SourceChange' })

export const sourceResource = z
  .object({
    name: z.string(),
    kind: z.literal('postgresql'),
    host: z.string(),
    port: z.int(),
    database: z.string(),
    user: z.string(),
    tls,
    writes: z.boolean(),
    max_connections: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Source' })

export const sourceList = z.object({ sources: z.array(sourceResource) }).meta({ id: 'SourceList' })
export const sourceTest = z
  .object({
    ok: z.boolean(),
    error: queryError.nullable(),
    server_version: z.string().nullable(),
    duration_ms: z.number(),
    warnings: z.array(z.string()).describe('What the login role may do and should not'),
  })
  .meta({ id: 'SourceTest' })

export const sessionBody = z
  .strictObject({
    key: z.string().min(1).max(1000).describe('The API key'),
    name: z.string().trim().min(1).max(100).describe('Who it is; the audit log names them'),
  })
  .meta({ id: 'SessionRequest' })

export const sessionResource = z
  .object({
    name: z.string(),
    login: z.boolean().describe('False: the server asks for no login'),
    read_only: z.boolean().describe('True: nothing may be changed'),
    expires_at: time.nullable().describe('When the login ends; null: it is not by a cookie'),
    version: z.string().describe('Of the server'),
  })
  .meta({ id: 'Session' })

export const nameParams = z.strictObject({ name })

export const health = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    detail: z.string().optional().describe('What is wrong, and what to do'),
    checks: z
      .object({ database: z.boolean(), migrations: z.boolean(), notifications: z.boolean(), partitions: z.boolean() })
      .optional(),
  })
  .meta({ id: 'Health' })
