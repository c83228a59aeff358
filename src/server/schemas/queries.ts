import { z } from 'zod'
import { states } from '../../queries/states.ts'
import { problem } from './problem.ts'
import { time } from './values.ts'

export const column = z.object({ name: z.string(), type: z.string(), nullable: z.boolean() })

export const queryError = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  sqlstate: z.string().optional(),
  position: z.int().optional(),
  hint: z.string().optional(),
  column: z.string().optional(),
})

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
    cursor: z.string().nullable().describe('Give it as ?cursor= for the next page; null: this is the last'),
    searched_until: time
      .nullable()
      .describe('Not null: the search paused here, with fewer than `limit` found. It goes on at the cursor'),
  })
  .meta({ id: 'QueryList' })

export const batchAnswer = z
  .object({ queries: z.array(z.union([queryResource, z.object({ error: problem })])) })
  .meta({ id: 'BatchAnswer' })
