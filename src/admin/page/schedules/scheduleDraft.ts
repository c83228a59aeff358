import type { Schedule, ScheduleRequestInput } from '../api/types.generated.ts'

/** A schedule as its form holds it: texts, as they are typed. */
export interface ScheduleDraft {
  name: string
  description: string
  timing: 'cron' | 'interval'
  cron: string
  interval_seconds: string
  /** ISO 8601; empty: as it is, or now. */
  anchor_at: string
  time_zone: string
  sql: string
  /** A JSON array; empty: none. */
  params: string
  /** A line for each, key:value; or a JSON object. */
  labels: string
  source: string
  lane: string
  priority: string
  timeout_seconds: string
  queue_timeout_seconds: string
  row_limit: string
  byte_limit: string
  ttl_seconds: string
  max_attempts: string
  misfire_policy: Schedule['misfire_policy']
  misfire_grace_seconds: string
  catch_up_limit: string
  overlap_policy: Schedule['overlap_policy']
  webhooks: string[]
}

export const limits = [
  'timeout_seconds',
  'queue_timeout_seconds',
  'row_limit',
  'byte_limit',
  'ttl_seconds',
  'max_attempts',
] as const

/** What the form holds at first. */
export function draftOf(schedule: Schedule | undefined): ScheduleDraft {
  const text = (value: number | null | undefined, otherwise = ''): string => String(value ?? otherwise)
  return {
    name: schedule?.name ?? '',
    description: schedule?.description ?? '',
    timing: schedule?.cron === null ? 'interval' : 'cron',
    cron: schedule?.cron ?? '',
    interval_seconds: text(schedule?.interval_seconds),
    anchor_at: schedule?.cron === null ? schedule.anchor_at : '',
    time_zone: schedule?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    sql: schedule?.sql ?? '',
    params: schedule === undefined || schedule.params.length === 0 ? '' : JSON.stringify(schedule.params),
    labels: labelsText(schedule?.labels ?? {}),
    source: schedule?.source ?? 'default',
    lane: schedule?.lane ?? 'default',
    priority: text(schedule?.priority, '5'),
    timeout_seconds: text(schedule?.timeout_seconds),
    queue_timeout_seconds: text(schedule?.queue_timeout_seconds),
    row_limit: text(schedule?.row_limit),
    byte_limit: text(schedule?.byte_limit),
    ttl_seconds: text(schedule?.ttl_seconds),
    max_attempts: text(schedule?.max_attempts),
    misfire_policy: schedule?.misfire_policy ?? 'one',
    misfire_grace_seconds: text(schedule?.misfire_grace_seconds, '60'),
    catch_up_limit: text(schedule?.catch_up_limit, '10'),
    overlap_policy: schedule?.overlap_policy ?? 'skip',
    webhooks: schedule?.webhooks ?? [],
  }
}

/**
 * The schedule as the API takes it.
 *
 * @throws Error that says what cannot be read
 */
export function bodyOf(draft: ScheduleDraft): ScheduleRequestInput {
  const number = (text: string): number | null => (text === '' ? null : Number(text))
  return {
    name: draft.name,
    description: draft.description,
    ...timingOf(draft),
    sql: draft.sql,
    params: paramsOf(draft.params),
    labels: labelsOf(draft.labels),
    source: draft.source,
    lane: draft.lane,
    priority: Number(draft.priority),
    ...Object.fromEntries(limits.map((limit) => [limit, number(draft[limit])])),
    misfire_policy: draft.misfire_policy,
    misfire_grace_seconds: Number(draft.misfire_grace_seconds),
    catch_up_limit: Number(draft.catch_up_limit),
    overlap_policy: draft.overlap_policy,
    webhooks: draft.webhooks.length === 0 ? null : draft.webhooks,
  }
}

/** When it fires. */
export function timingOf({
  timing,
  cron,
  interval_seconds,
  anchor_at,
  time_zone,
}: Pick<ScheduleDraft, 'timing' | 'cron' | 'interval_seconds' | 'anchor_at' | 'time_zone'>): Pick<
  ScheduleRequestInput,
  'cron' | 'interval_seconds' | 'anchor_at' | 'time_zone'
> {
  if (timing === 'cron') return { cron, interval_seconds: null, time_zone }
  const anchor = anchor_at.trim() === '' ? {} : { anchor_at: anchor_at.trim() }
  return { cron: null, interval_seconds: Number(interval_seconds), time_zone, ...anchor }
}

/** The members that the form changed: another operator may be changing the rest. */
export function changesOf(draft: ScheduleDraft, schedule: Schedule): Partial<ScheduleRequestInput> {
  const before = bodyOf(draftOf(schedule))
  const changed = Object.entries(bodyOf(draft)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof typeof before]),
  )
  return Object.fromEntries(changed)
}

function paramsOf(text: string): unknown[] {
  if (text.trim() === '') return []
  try {
    const params: unknown = JSON.parse(text)
    if (Array.isArray(params)) return params
  } catch {
    // Told below.
  }
  throw new Error('Parameters must be a JSON array, such as ["{{fire_at}}", 7].')
}

/** As JSON if lines would not give back the same. */
function labelsText(labels: Record<string, string>): string {
  const lines = Object.entries(labels)
    .map(([key, value]) => `${key}:${value}`)
    .join('\n')
  try {
    if (JSON.stringify(labelsOf(lines)) === JSON.stringify(labels)) return lines
  } catch {
    // A line that cannot be read back.
  }
  return JSON.stringify(labels)
}

function labelsOf(text: string): Record<string, string> {
  if (text.trim().startsWith('{')) return labelsOfJson(text)
  const labels = new Map<string, string>()
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error(`The label ${line} must be key:value.`)
    const key = line.slice(0, colon).trim()
    if (labels.has(key)) throw new Error(`The label ${key} is there twice.`)
    labels.set(key, line.slice(colon + 1).trim())
  }
  return Object.fromEntries(labels)
}

function labelsOfJson(text: string): Record<string, string> {
  try {
    const labels: unknown = JSON.parse(text)
    if (Object.values(labels as object).every((value) => typeof value === 'string')) return labels as never
  } catch {
    // Told below.
  }
  throw new Error('Labels in braces must be a JSON object of texts, such as {"team": "finance"}.')
}
