import { z } from 'zod'
import { alertStates, comparisons, measures } from '../../delivery/alert.ts'
import { isStorable, nameParams, storable, time, wholeNumber } from './values.ts'

/** The contract of /v1/alerts. */

const { name } = nameParams.shape

const fields = z.strictObject({
  description: z
    .string()
    .max(1000)
    .refine((text) => isStorable(text), storable)
    .optional(),
  measure: z
    .enum(measures)
    .describe(
      'failure_rate (0 to 1), queue_depth and oldest_wait_seconds by lane; workers that are alive; store_latency_seconds; storage_bytes of the control database; corrupt_chunks that readers of results found within window_seconds; beat_age_seconds; by schedule failed_fires (refused, or the query failed or timed out, within window_seconds) and broken_schedules (1 for each whose times cannot be told)',
    ),
  subject: z
    .string()
    .max(63)
    .refine((text) => isStorable(text), storable)
    .nullable()
    .optional()
    .describe('Only this lane, schedule, or store (postgresql, s3); null (default): each on its own'),
  comparison: z
    .enum(comparisons)
    .optional()
    .describe('Whether values above (default) or below the threshold break the rule'),
  threshold: z.number().describe('Must be one that a value can be above, or below'),
  for_seconds: z.int().min(0).max(86_400).optional().describe('Broken for so long before it fires; default: 0'),
  window_seconds: z.int().min(60).max(86_400).optional().describe('Span that a rate looks at; default: 300'),
  least_samples: z
    .int()
    .min(1)
    .max(2_000_000_000)
    .optional()
    .describe('A rate over fewer queries is not judged; default: 10'),
  enabled: z.boolean().optional(),
  webhooks: z.array(name).max(100).nullable().optional().describe('Who is told; null (default): all that want alerts'),
})

export const alertRuleBody = z.strictObject({ name, ...fields.shape }).meta({ id: 'AlertRuleRequest' })
export const alertRuleChange = fields.partial().meta({ id: 'AlertRuleChange' })

export const alertRuleResource = z
  .object({
    name: z.string(),
    description: z.string(),
    measure: z.enum(measures),
    subject: z.string().nullable(),
    comparison: z.enum(comparisons),
    threshold: z.number(),
    for_seconds: z.int(),
    window_seconds: z.int(),
    least_samples: z.int(),
    enabled: z.boolean(),
    webhooks: z.array(z.string()).nullable(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'AlertRule' })

export const alertRuleList = z.object({ rules: z.array(alertRuleResource) }).meta({ id: 'AlertRuleList' })

export const alertQuery = z.strictObject({
  state: z.enum(alertStates).optional(),
  limit: wholeNumber.pipe(z.number().min(1).max(1000)).optional().describe('1 to 1000; default: 50'),
})

export const alertList = z
  .object({
    alerts: z.array(
      z.object({
        id: z.uuid(),
        rule: z.string(),
        subject: z.string().describe('What broke the rule, such as a lane; empty where there is but one'),
        state: z.enum(alertStates).describe('pending: broken, but not yet for for_seconds'),
        measure: z.enum(measures),
        comparison: z.enum(comparisons),
        threshold: z.number(),
        value: z.number(),
        started_at: time,
        fired_at: time.nullable(),
        resolved_at: time.nullable(),
      }),
    ),
  })
  .meta({ id: 'AlertList' })
