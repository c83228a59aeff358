/** What a webhook can be told of. */
export const eventTypes = [
  'query.succeeded',
  'query.failed',
  'query.canceled',
  'query.timed_out',
  'alert.firing',
  'alert.resolved',
] as const

export const deliveryStates = ['pending', 'delivered', 'failed'] as const

/** What can be set of a webhook; undefined: unchanged, or the default. */
export interface WebhookSettings {
  description?: string | undefined
  url?: string | undefined
  events?: (typeof eventTypes)[number][] | undefined
  /** Null: every lane. */
  lanes?: string[] | null | undefined
  enabled?: boolean | undefined
  disable_after_seconds?: number | undefined
}

/** A webhook as it is shown: without its secret. */
export interface WebhookRecord {
  name: string
  description: string
  url: string
  events: (typeof eventTypes)[number][]
  lanes: string[] | null
  enabled: boolean
  disable_after_seconds: number
  disabled_at: Date | null
  disabled_reason: string | null
  failing_since: Date | null
  last_success_at: Date | null
  /** It asked to be left alone until then; null: it takes deliveries now. */
  held_until: Date | null
  /** Deliveries that wait to be sent. */
  pending: number
  created_at: Date
  updated_at: Date
}

/** One attempt to deliver. */
export interface Attempt {
  /** ISO 8601. */
  at: string
  /** HTTP status; null: there was no answer. */
  status: number | null
  /** Why it failed, in few words; null: it was taken. */
  error: string | null
  duration_ms: number
}

/** A delivery as it is shown. */
export interface DeliveryRecord {
  id: string
  webhook: string
  type: string
  query_id: string | null
  state: (typeof deliveryStates)[number]
  attempts: Attempt[]
  created_at: Date
  next_attempt_at: Date | null
  finished_at: Date | null
  payload: unknown
}
