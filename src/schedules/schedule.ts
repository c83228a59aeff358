import type { Timing } from './times.ts'

export const misfirePolicies = ['skip', 'one', 'all'] as const
export const overlapPolicies = ['skip', 'queue', 'cancel', 'allow'] as const
export const fireOutcomes = ['waiting', 'submitted', 'skipped', 'missed', 'refused'] as const

/** What of a fire can stand in params, as a value of its own: `"{{fire_at}}"`. */
export const fireValues = ['fire_at', 'previous_fire_at', 'fire_date', 'schedule'] as const

/** What can be set of a schedule; undefined: unchanged, or the default. */
export interface ScheduleSettings {
  description?: string | undefined
  cron?: string | null | undefined
  interval_seconds?: number | null | undefined
  /** ISO 8601. */
  anchor_at?: string | undefined
  time_zone?: string | undefined
  source?: string | undefined
  lane?: string | undefined
  sql?: string | undefined
  params?: unknown[] | undefined
  labels?: Record<string, string> | undefined
  priority?: number | undefined
  timeout_seconds?: number | null | undefined
  queue_timeout_seconds?: number | null | undefined
  row_limit?: number | null | undefined
  byte_limit?: number | null | undefined
  ttl_seconds?: number | null | undefined
  max_attempts?: number | null | undefined
  webhooks?: string[] | null | undefined
  misfire_policy?: (typeof misfirePolicies)[number] | undefined
  misfire_grace_seconds?: number | undefined
  catch_up_limit?: number | undefined
  overlap_policy?: (typeof overlapPolicies)[number] | undefined
  paused?: boolean | undefined
  managed?: boolean | undefined
}

/** A schedule as it is shown. */
export interface ScheduleRecord extends Timing {
  name: string
  description: string
  tenant: string
  source: string
  lane: string
  sql: string
  params: unknown[]
  labels: Record<string, string>
  priority: number
  timeout_seconds: number | null
  queue_timeout_seconds: number | null
  row_limit: number | null
  byte_limit: number | null
  ttl_seconds: number | null
  max_attempts: number | null
  webhooks: string[] | null
  misfire_policy: (typeof misfirePolicies)[number]
  misfire_grace_seconds: number
  catch_up_limit: number
  overlap_policy: (typeof overlapPolicies)[number]
  paused: boolean
  managed: boolean
  /** Why the beat cannot tell when it fires. */
  problem: string | null
  /** The next five nominal times; none while it is paused. */
  next_fires: Date[]
  last_fire: FireRecord | null
  created_at: Date
  updated_at: Date
}

/** One fire in the history of a schedule. */
export interface FireRecord {
  fire_at: Date
  kind: 'scheduled' | 'manual'
  outcome: (typeof fireOutcomes)[number]
  /** Nominal times just before this one that the misfire policy left out. */
  missed: number
  decided_at: Date
  previous_fire_at: Date | null
  query_id: string | null
  /** State of the query now, or as it ended. */
  query_state: string | null
  finished_at: Date | null
  code: string | null
  detail: string | null
}

/** Who fires schedules. */
export interface BeatRecord {
  worker_id: string | null
  held_since: Date | null
  heartbeat_at: Date | null
  /** Whether it was heard of in the last five seconds. */
  alive: boolean
}
