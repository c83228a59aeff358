import { z } from 'zod'
import { states } from '../../queries/states.ts'
import { time, wholeNumber } from './values.ts'

export const planQuery = z.strictObject({
  attempt: wholeNumber.pipe(z.number().min(1).max(1_000_000)).optional().describe('Default: the last that has a plan'),
})

export const capturedPlan = z
  .object({
    attempt: z.int(),
    captured_at: time,
    plan: z.unknown().describe('What EXPLAIN (FORMAT JSON) of PostgreSQL answers'),
    steps: z
      .array(
        z.object({
          path: z
            .string()
            .describe('Where it stands in the tree: 0.1 is the second step that the first takes rows from'),
          subplan: z.string().nullable().describe('Of a part that is run for itself, such as InitPlan 1'),
          title: z.string(),
          notes: z.array(z.string()).describe('What it compares, sorts or groups by'),
          startup_cost: z.number(),
          total_cost: z.number(),
          rows: z.number(),
          width: z.int().describe('Bytes of a row'),
        }),
      )
      .describe('The same as a list, each step before those that it takes rows from, named as EXPLAIN names them'),
  })
  .meta({ id: 'Plan' })

export const queryDetails = z
  .object({
    params: z.array(z.unknown()).describe('Values for $1…, as submitted'),
    run_at: time.nullable().describe('Not to be started before; null: at once'),
    timeout_seconds: z.int(),
    queue_timeout_at: time.nullable().describe('It ends if it has not started by then; null: no limit'),
    row_limit: z.int().nullable(),
    byte_limit: z.int().nullable(),
    ttl_seconds: z.int(),
    max_attempts: z.int(),
    abandon_after_seconds: z.int().nullable(),
    cancel_requested_at: time.nullable(),
    explain: z.boolean().describe('The plan that its source chooses is kept with each attempt'),
    plans: z.array(z.int()).describe('Attempts of which a plan was kept, in order'),
    traceparent: z
      .string()
      .nullable()
      .describe('Its place in a distributed trace: the parent of the spans of its runs; null: none'),
    tracestate: z.string().nullable(),
    events: z
      .array(
        z.object({
          id: z.string(),
          at: time,
          state: z.enum(states),
          attempt: z.int(),
          reason: z
            .string()
            .nullable()
            .describe('Why, where the state does not say; soft_timeout: no new state, most of timeout_seconds is used'),
          worker: z.uuid().nullable(),
          worker_host: z.string().nullable(),
        }),
      )
      .describe('Every state that it entered, in order, and announcements of limits'),
  })
  .meta({ id: 'QueryDetails' })
