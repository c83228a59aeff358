import type pg from 'pg'
import { RequestError } from '../errors.ts'
import type { AlertRuleRecord } from './alert.ts'
import { checkLanes } from './lanes.ts'

/** What decides whether an alert rule is broken. */
export const conditions = ['measure', 'subject', 'comparison', 'threshold'] as const

export type Condition = Pick<AlertRuleRecord, (typeof conditions)[number]>

const lanes = 'lanes'
const schedules = 'schedules'
/** What each measure has a value for; null: there is but one. */
const subjects: Record<Condition['measure'], typeof lanes | typeof schedules | readonly string[] | null> = {
  failure_rate: lanes,
  queue_depth: lanes,
  oldest_wait_seconds: lanes,
  workers: null,
  store_latency_seconds: ['postgresql', 's3'],
  storage_bytes: null,
  corrupt_chunks: null,
  beat_age_seconds: null,
  failed_fires: schedules,
  broken_schedules: schedules,
}

/** Throws RequestError invalid_request, unknown_lane or unknown_schedule for a condition that could never be met. */
export async function checkCondition(
  pool: pg.Pool,
  { measure, subject, comparison, threshold }: Condition,
): Promise<void> {
  if (measure === 'failure_rate' && (threshold < 0 || threshold > 1)) {
    refuse('threshold', 'failure_rate is a part from 0 to 1: write 0.05 for 5 %')
  }
  if (measure === 'failure_rate' && comparison === 'above' && threshold === 1) {
    refuse('threshold', 'no failure_rate is above 1, so it would never fire')
  }
  if (comparison === 'below' && threshold <= 0) {
    refuse('threshold', `no value of ${measure} is below ${threshold}, so it would never fire`)
  }
  if (subject === null) return
  const possible = subjects[measure]
  if (possible === lanes) return await checkLanes(pool, [subject])
  if (possible === schedules) return await checkSchedule(pool, subject)
  if (possible === null) refuse('subject', `${measure} has but one value: leave subject out`)
  if (!possible.includes(subject)) refuse('subject', `${measure} is of ${possible.join(' or ')}`)
}

async function checkSchedule(pool: pg.Pool, name: string): Promise<void> {
  const { rowCount } = await pool.query('select from sluice.schedules where name = $1', [name])
  if (rowCount === 0) throw new RequestError('unknown_schedule', `There is no schedule ${name}.`)
}

function refuse(path: string, message: string): never {
  throw new RequestError('invalid_request', `The body is not valid. ${path}: ${message}.`, {
    errors: [{ path, message }],
  })
}
