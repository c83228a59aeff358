export const measures = [
  'failure_rate',
  'queue_depth',
  'oldest_wait_seconds',
  'workers',
  'store_latency_seconds',
  'storage_bytes',
  'corrupt_chunks',
  'beat_age_seconds',
  'failed_fires',
  'broken_schedules',
] as const
export const comparisons = ['above', 'below'] as const
export const alertStates = ['pending', 'firing', 'resolved'] as const

/** What can be set of an alert rule; undefined: unchanged, or the default. */
export interface AlertRuleSettings {
  description?: string | undefined
  measure?: (typeof measures)[number] | undefined
  /** Null: each on its own. */
  subject?: string | null | undefined
  comparison?: (typeof comparisons)[number] | undefined
  threshold?: number | undefined
  for_seconds?: number | undefined
  window_seconds?: number | undefined
  least_samples?: number | undefined
  enabled?: boolean | undefined
  /** Null: every webhook that wants alerts. */
  webhooks?: string[] | null | undefined
}

/** An alert rule as it is shown. */
export interface AlertRuleRecord {
  name: string
  description: string
  measure: (typeof measures)[number]
  subject: string | null
  comparison: (typeof comparisons)[number]
  threshold: number
  for_seconds: number
  window_seconds: number
  least_samples: number
  enabled: boolean
  webhooks: string[] | null
  created_at: Date
  updated_at: Date
}

/** An alert as it is shown. */
export interface AlertRecord {
  id: string
  rule: string
  subject: string
  state: (typeof alertStates)[number]
  measure: (typeof measures)[number]
  comparison: (typeof comparisons)[number]
  threshold: number
  value: number
  started_at: Date
  fired_at: Date | null
  resolved_at: Date | null
}
