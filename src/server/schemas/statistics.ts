import { z } from 'zod'
import { windows, type Window } from '../../queries/series.ts'
import { name, time } from './values.ts'

const percentiles = z
  .object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() })
  .describe('null where nothing ended')

const counts = {
  submitted: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  canceled: z.int(),
  timed_out: z.int(),
  rows: z.int(),
  bytes: z.int().describe('Bytes of results, before compression'),
  wait_ms: percentiles,
  run_ms: percentiles,
}

const countedUntil = time.nullable().describe('What happened before is in the statistics; null: they have not begun')

export const overviewResource = z
  .object({
    at: time,
    counted_until: countedUntil,
    waiting: z.int(),
    scheduled: z.int(),
    running: z.int(),
    oldest_wait_seconds: z.number(),
    lanes: z.array(
      z.object({
        lane: z.string(),
        paused: z.boolean(),
        concurrency: z.int(),
        running: z.int(),
        waiting: z.int(),
        scheduled: z.int(),
        oldest_wait_seconds: z.number(),
        slots: z.int(),
      }),
    ),
    workers: z.object({ alive: z.int(), draining: z.int(), silent: z.int(), slots: z.int(), busy: z.int() }),
    beat: z
      .object({
        worker_id: z.uuid().nullable().describe('The worker that holds it; null: none ever has'),
        ticked_at: time.nullable().describe('When it last went through all that is due'),
        alive: z.boolean().describe('Within the last 10 seconds'),
      })
      .describe('What fires schedules, sends webhooks and looks at alerts'),
    last: z.object({
      seconds: z.int(),
      ...counts,
      failure_rate: z.number().nullable().describe('Share of what ended that failed or timed out, 0 to 1'),
    }),
    storage: z.object({
      results_bytes: z.int().nullable(),
      database_bytes: z.int().nullable(),
      looked_at: time.nullable(),
    }),
  })
  .meta({ id: 'Overview' })

export const seriesQuery = z.strictObject({
  window: z
    .enum(Object.keys(windows) as [Window, ...Window[]])
    .optional()
    .describe('Default: 1h'),
  lane: name.optional().describe('Default: all lanes together'),
})

export const seriesResource = z
  .object({
    window: z.enum(Object.keys(windows) as [Window, ...Window[]]),
    step_seconds: z.int(),
    counted_until: countedUntil,
    points: z.array(
      z.object({
        at: time.describe('Start of the step'),
        ...counts,
        waiting: z.int().nullable().describe('The highest of the step; null: nobody looked'),
        running: z.int().nullable(),
        results_bytes: z.int().nullable(),
        database_bytes: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: 'Series' })
