import { z } from 'zod'
import { states } from '../../queries/states.ts'
import { fireOutcomes, fireValues, misfirePolicies, overlapPolicies } from '../../schedules/schedule.ts'
import { timingProblem } from '../../schedules/times.ts'
import { submitBody } from './submit.ts'
import { isStorable, nameParams, storable } from './values.ts'

/** The contract of /v1/schedules. */

const { name } = nameParams.shape
const query = submitBody.shape
const time = z.iso.datetime()
const knownValue = new RegExp(`\\{\\{\\s*(?:${fireValues.join('|')})\\s*\\}\\}`)
const anyValue = /\{\{\s*(\w+)\s*\}\}/
const wholeValue = /^\{\{\s*(\w+)\s*\}\}$/
/** Texts and comments of SQL, in which braces may stand. */
const quoted =
  /\b[eE]'(?:[^'\\]|\\[^])*(?:'|$)|'[^']*(?:'|$)|"[^"]*(?:"|$)|\$([a-z_]\w*)?\$[^]*?(?:\$\1\$|$)|--[^\n]*|\/\*[^]*?(?:\*\/|$)/gi

const tenYears = 315_360_000
const [firstYear, lastYear] = [1970, 2199]

const moment = z.iso.datetime({ offset: true }).refine((text) => {
  const year = new Date(text).getUTCFullYear()
  return year >= firstYear && year <= lastYear
}, `must be in the years ${firstYear} to ${lastYear}`)

const sql = query.sql.refine(
  (text) => !knownValue.test(text) && !anyValue.test(text.replaceAll(quoted, ' ')),
  `must not hold {{…}}: write $1 in the SQL, and "{{fire_at}}" in params`,
)

const params = query.params.unwrap().transform((values, context) =>
  values.map((value, i) => {
    const isTyped = typeof value === 'object' && value !== null && 'type' in value && 'value' in value
    const text = isTyped ? (value as { value: unknown }).value : value
    const found = typeof text === 'string' ? wholeValue.exec(text)?.[1] : undefined
    if (found === undefined ? holdsValue(value) : !(fireValues as readonly string[]).includes(found)) {
      const known = fireValues.map((each) => `"{{${each}}}"`).join(', ')
      context.addIssue({
        code: 'custom',
        path: [i],
        message: `must be one of ${known} and nothing else, or hold no {{…}}`,
      })
      return value
    }
    if (found === undefined) return value
    return isTyped ? { ...value, value: `{{${found}}}` } : `{{${found}}}`
  }),
)

/** Whether {{…}} stands anywhere in a JSON value. */
function holdsValue(value: unknown): boolean {
  if (typeof value === 'string') return anyValue.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsValue)
}

const fields = z.strictObject({
  description: z.string().max(1000).refine(isStorable, storable).optional(),
  cron: z
    .string()
    .max(200)
    .transform((pattern) => pattern.trim().replaceAll(/\s+/g, ' '))
    .nullable()
    .optional()
    .describe('minute, hour, day of month, month, day of week; or with seconds first; or @daily and the like'),
  interval_seconds: z
    .int()
    .min(1)
    .max(tenYears)
    .nullable()
    .optional()
    .describe('Fires so often, counted from anchor_at; instead of cron'),
  anchor_at: moment.optional().describe(`Default: when it is added; in the years ${firstYear} to ${lastYear}`),
  time_zone: z.string().max(100).optional().describe('IANA time zone of the cron fields; default: UTC'),
  source: query.source,
  lane: query.lane,
  sql,
  params: params
    .optional()
    .describe(`Values for $1…; ${fireValues.map((each) => `"{{${each}}}"`).join(', ')} stand for values of the fire`),
  labels: query.labels.describe('Labels of its queries; they get schedule, its name, besides'),
  priority: query.priority,
  timeout_seconds: query.timeout_seconds.unwrap().nullable().optional(),
  queue_timeout_seconds: query.queue_timeout_seconds.unwrap().nullable().optional(),
  row_limit: query.row_limit.unwrap().nullable().optional(),
  byte_limit: query.byte_limit.unwrap().nullable().optional(),
  ttl_seconds: query.ttl_seconds.unwrap().nullable().optional(),
  max_attempts: query.max_attempts.unwrap().nullable().optional(),
  webhooks: query.webhooks.unwrap().nullable().optional().describe('Webhooks that are told of the ends of its queries'),
  misfire_policy: z
    .enum(misfirePolicies)
    .optional()
    .describe(
      'What becomes of fires that are late: skip (none), one (the last that is due; default), all (the last catch_up_limit)',
    ),
  misfire_grace_seconds: z.int().min(1).max(86_400).optional().describe('Late by at most this is on time; default: 60'),
  catch_up_limit: z.int().min(1).max(1000).optional().describe('Most late fires that all makes up for; default: 10'),
  overlap_policy: z
    .enum(overlapPolicies)
    .optional()
    .describe(
      'What a fire does while an earlier query has not ended: skip (nothing; default), queue (wait for its end), cancel (the earlier one), allow (run besides)',
    ),
  paused: z.boolean().optional(),
  managed: z.boolean().optional().describe('It comes from a file that is applied; apply --prune may remove it'),
})

export const scheduleBody = z
  .strictObject({ name, ...fields.shape })
  .superRefine((schedule, context) => {
    const { cron = null, interval_seconds = null, time_zone = 'UTC' } = schedule
    if ((cron === null) === (interval_seconds === null)) {
      context.addIssue({ code: 'custom', path: ['cron'], message: 'give either cron or interval_seconds' })
      return
    }
    const problem = timingProblem({ cron, interval_seconds, time_zone, anchor_at: new Date(0) })
    if (problem !== undefined) context.addIssue({ code: 'custom', ...problem, path: [problem.path] })
  })
  .meta({ id: 'ScheduleRequest' })

export const scheduleChange = fields.partial().meta({ id: 'ScheduleChange' })

const fire = z
  .object({
    fire_at: time.describe('Nominal time; of a manual run when it was asked for'),
    kind: z.enum(['scheduled', 'manual']),
    outcome: z
      .enum(fireOutcomes)
      .describe(
        'submitted; waiting for an earlier query or for room in the lane; skipped: an earlier query had not ended; missed: too late; refused: see code',
      ),
    missed: z.int().describe('Nominal times just before it that misfire_policy left out'),
    decided_at: time,
    previous_fire_at: time.nullable().describe('What {{previous_fire_at}} stood for'),
    query_id: z.uuid().nullable(),
    query_state: z.enum(states).nullable(),
    finished_at: time.nullable(),
    code: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'Fire' })

export const scheduleResource = z
  .object({
    name: z.string(),
    description: z.string(),
    cron: z.string().nullable(),
    interval_seconds: z.int().nullable(),
    anchor_at: time,
    time_zone: z.string(),
    tenant: z.string(),
    source: z.string(),
    lane: z.string(),
    sql: z.string(),
    params: z.array(z.unknown()),
    labels: z.record(z.string(), z.string()),
    priority: z.int(),
    timeout_seconds: z.int().nullable(),
    queue_timeout_seconds: z.int().nullable(),
    row_limit: z.int().nullable(),
    byte_limit: z.int().nullable(),
    ttl_seconds: z.int().nullable(),
    max_attempts: z.int().nullable(),
    webhooks: z.array(z.string()).nullable(),
    misfire_policy: z.enum(misfirePolicies),
    misfire_grace_seconds: z.int(),
    catch_up_limit: z.int(),
    overlap_policy: z.enum(overlapPolicies),
    paused: z.boolean(),
    managed: z.boolean(),
    problem: z.string().nullable().describe('Why it cannot fire'),
    next_fires: z.array(time).describe('The next five nominal times; none while it is paused'),
    last_fire: fire.nullable(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Schedule' })

export const scheduleList = z
  .object({
    schedules: z.array(scheduleResource),
    beat: z.object({
      worker_id: z.uuid().nullable().describe('The worker that fires schedules'),
      held_since: time.nullable(),
      heartbeat_at: time.nullable(),
      alive: z.boolean().describe('It was heard of in the last five seconds'),
    }),
  })
  .meta({ id: 'ScheduleList' })

export const fireQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(1000))
    .optional()
    .describe('1 to 1000; default: 50'),
  before: moment.optional().describe('Only fires before this nominal time'),
})

export const fireList = z.object({ fires: z.array(fire) }).meta({ id: 'FireList' })

export const timesBody = z
  .strictObject({
    cron: fields.shape.cron,
    interval_seconds: fields.shape.interval_seconds,
    anchor_at: fields.shape.anchor_at,
    time_zone: fields.shape.time_zone,
    after: moment.optional().describe('Default: now'),
    count: z.int().min(1).max(100).optional().describe('Default: 5'),
  })
  .meta({ id: 'TimesRequest' })

export const timesAnswer = z.object({ next_fires: z.array(time) }).meta({ id: 'Times' })
