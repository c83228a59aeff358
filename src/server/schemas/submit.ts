import { z } from 'zod'
import { isStorable, mostLabels, name, storable } from './values.ts'

const mostSqlBytes = 1024 * 1024
/** Without a colon, which parts key and value where labels are searched. */
const labelKey = /^[^:]{1,255}$/u

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
      .record(z.string().regex(labelKey), z.string().max(1000))
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
    explain: z
      .boolean()
      .optional()
      .describe('true: the plan that the source chooses is kept with each attempt; the statement runs as without it'),
    on_wait_timeout: z
      .enum(['continue', 'cancel'])
      .optional()
      .describe('What becomes of the query when the wait of this request passes; default: continue'),
  })
  .meta({ id: 'SubmitRequest' })

export const batchBody = z.strictObject({ queries: z.array(submitBody).min(1).max(1000) }).meta({ id: 'BatchRequest' })
