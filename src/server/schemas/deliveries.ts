import { z } from 'zod'
import { comparisons, measures } from '../../delivery/alert.ts'
import { states } from '../../queries/states.ts'
import { deliveryStates, eventTypes } from '../../delivery/webhook.ts'
import { idParams, isStorable, nameParams, storable, time, wholeNumber } from './values.ts'

/** The contract of /v1/webhooks and /v1/deliveries. */

const { name } = nameParams.shape

const fields = z.strictObject({
  description: z
    .string()
    .max(1000)
    .refine((text) => isStorable(text), storable)
    .optional(),
  url: z.string().min(1).max(2000).describe('Where to POST; https, unless it lies in SLUICE_WEBHOOK_NETWORKS'),
  events: z.array(z.enum(eventTypes)).min(1).optional().describe('Default: all'),
  lanes: z
    .array(name)
    .max(100)
    .nullable()
    .optional()
    .describe(
      'Told of queries and alerts of these lanes, of alerts that are of no lane, and of what names it; null (default): of every lane; []: only of what names it',
    ),
  enabled: z.boolean().optional().describe('Default: true. Enabling gives it a clean record, and sends what waits'),
  disable_after_seconds: z
    .int()
    .min(60)
    .max(31_536_000)
    .optional()
    .describe('Disabled once every attempt of so long a time has failed; default: 432000, five days'),
})

export const webhookBody = z.strictObject({ name, ...fields.shape }).meta({ id: 'WebhookRequest' })
export const webhookChange = fields.partial().meta({ id: 'WebhookChange' })

const shown = z.object({
  name: z.string(),
  description: z.string(),
  url: z.string(),
  events: z.array(z.enum(eventTypes)),
  lanes: z.array(z.string()).nullable(),
  enabled: z.boolean(),
  disable_after_seconds: z.int(),
  disabled_at: time.nullable().describe('When it was disabled by itself'),
  disabled_reason: z.string().nullable(),
  failing_since: time.nullable().describe('First failure after the last success'),
  last_success_at: time.nullable(),
  held_until: time
    .nullable()
    .describe(
      'It asked to be left alone until then; enabling it, a test that it takes and sending again by hand end that',
    ),
  pending: z.int().describe('Deliveries that wait to be sent'),
  created_at: time,
  updated_at: time,
})

const secret = z.string().describe('Signs its deliveries; shown this once')

export const webhookResource = shown.meta({ id: 'Webhook' })
export const webhookAdded = z.object({ ...shown.shape, secret }).meta({ id: 'WebhookAdded' })
export const webhookList = z.object({ webhooks: z.array(webhookResource) }).meta({ id: 'WebhookList' })
export const secretAnswer = z.object({ secret }).meta({ id: 'WebhookSecret' })

const attempt = z.object({
  at: time,
  status: z.int().nullable().describe('HTTP status; null: there was no answer'),
  error: z.string().nullable().describe('Why it failed; null: it was taken'),
  duration_ms: z.int(),
})

export const webhookTest = attempt.meta({ id: 'WebhookTest' })

const error = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }).loose()

/** What is told of a query that has ended. */
export const queryEvent = z
  .object({
    type: z.enum(eventTypes).extract(['query.succeeded', 'query.failed', 'query.canceled', 'query.timed_out']),
    timestamp: time,
    data: z.object({
      id: z.uuid(),
      state: z.enum(states),
      source: z.string(),
      lane: z.string(),
      tenant: z.string(),
      labels: z.record(z.string(), z.string()),
      attempt: z.int(),
      schedule: z.string().nullable(),
      fire_at: time.nullable(),
      submitted_at: time,
      started_at: time.nullable(),
      finished_at: time,
      rows: z.int().nullable(),
      error: error.nullable(),
      links: z.object({ self: z.string(), result: z.string() }),
    }),
  })
  .meta({ id: 'QueryEvent' })

/** What is told of an alert that fires or is resolved. */
export const alertEvent = z
  .object({
    type: z.enum(eventTypes).extract(['alert.firing', 'alert.resolved']),
    timestamp: time,
    data: z.object({
      id: z.uuid().describe('The same when it fires and when it is resolved'),
      rule: z.string(),
      description: z.string(),
      measure: z.enum(measures),
      subject: z.string().describe('What broke the rule, such as a lane; empty where there is but one'),
      comparison: z.enum(comparisons),
      threshold: z.number(),
      value: z.number().describe('Of alert.resolved that which resolved it, or the last if there is none any more'),
      started_at: time,
      fired_at: time,
      resolved_at: time.nullable(),
    }),
  })
  .meta({ id: 'AlertEvent' })

export const deliveryResource = z
  .object({
    id: z.uuid(),
    webhook: z.string(),
    type: z.string(),
    query_id: z.uuid().nullable(),
    state: z.enum(deliveryStates).describe('failed: no attempt is left'),
    attempts: z.array(attempt),
    created_at: time,
    next_attempt_at: time.nullable(),
    finished_at: time.nullable(),
    payload: z.looseObject({ type: z.string() }).describe('The body that is sent'),
  })
  .meta({ id: 'Delivery' })

export const deliveryQuery = z.strictObject({
  webhook: name.optional(),
  query_id: idParams.shape.id.optional(),
  state: z.enum(deliveryStates).optional(),
  limit: wholeNumber.pipe(z.number().min(1).max(1000)).optional().describe('1 to 1000; default: 50'),
  before: idParams.shape.id.optional().describe('Only those older than this one'),
})

export const deliveryList = z.object({ deliveries: z.array(deliveryResource) }).meta({ id: 'DeliveryList' })
export const redelivered = z.object({ redelivered: z.int() }).meta({ id: 'Redelivered' })
