// Made from docs/openapi.json by npm run generate. Do not edit.

export interface Api {
  'GET /health/live': {
    answer: Health
  }
  'GET /health/ready': {
    answer: Health
  }
  'GET /metrics': {
    answer: string
  }
  'GET /v1/alerts': {
    query: {
      state?: 'pending' | 'firing' | 'resolved'
      /**
       * 1 to 1000; default: 50
       */
      limit?: string
    }
    answer: AlertList
  }
  'GET /v1/alerts/rules': {
    answer: AlertRuleList
  }
  'POST /v1/alerts/rules': {
    body: AlertRuleRequestInput
    answer: AlertRule
  }
  'GET /v1/alerts/rules/{name}': {
    params: {
      name: string
    }
    answer: AlertRule
  }
  'PATCH /v1/alerts/rules/{name}': {
    params: {
      name: string
    }
    body: AlertRuleChangeInput
    answer: AlertRule
  }
  'DELETE /v1/alerts/rules/{name}': {
    params: {
      name: string
    }
  }
  'GET /v1/audit': {
    query: {
      /**
       * lane.pause, or lane for all of them
       */
      action?: string
      actor?: string
      /**
       * Name or id of what was acted on
       */
      target?: string
      /**
       * 1 to 1000; default: 100
       */
      limit?: string
      cursor?: string
    }
    answer: AuditList
  }
  'GET /v1/deliveries': {
    query: {
      webhook?: string
      query_id?: string
      state?: 'pending' | 'delivered' | 'failed'
      /**
       * 1 to 1000; default: 50
       */
      limit?: string
      /**
       * Only those older than this one
       */
      before?: string
    }
    answer: DeliveryList
  }
  'POST /v1/deliveries/{id}/redeliver': {
    params: {
      id: string
    }
    answer: Delivery
  }
  'GET /v1/events': {
    query: {
      /**
       * Events to send; may repeat; default: all
       */
      state?:
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out' | 'progress')
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out' | 'progress')[]
      lane?: string
      source?: string
      /**
       * key:value; may repeat
       */
      label?: string | string[]
      /**
       * Seconds between two looks at what is new that are enough for this client; default: 1
       */
      interval?: number
    }
    /**
     * text/event-stream; charset=utf-8
     */
    answer: string
  }
  'GET /v1/events/ws': {
    query: {
      /**
       * Events to send; may repeat; default: all
       */
      state?:
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out' | 'progress')
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out' | 'progress')[]
      lane?: string
      source?: string
      /**
       * key:value; may repeat
       */
      label?: string | string[]
      /**
       * Seconds between two looks at what is new that are enough for this client; default: 1
       */
      interval?: number
      /**
       * Id of the last event that was received: the rest follows
       */
      last_event_id?: string
    }
  }
  'GET /v1/lanes': {
    answer: LaneList
  }
  'POST /v1/lanes': {
    body: LaneRequestInput
    answer: Lane
  }
  'GET /v1/lanes/{name}': {
    params: {
      name: string
    }
    answer: Lane
  }
  'PATCH /v1/lanes/{name}': {
    params: {
      name: string
    }
    body: LaneChangeInput
    answer: Lane
  }
  'DELETE /v1/lanes/{name}': {
    params: {
      name: string
    }
  }
  'POST /v1/lanes/{name}/pause': {
    params: {
      name: string
    }
    answer: Lane
  }
  'POST /v1/lanes/{name}/resume': {
    params: {
      name: string
    }
    answer: Lane
  }
  'POST /v1/queries': {
    query: {
      wait?: string
    }
    body: SubmitRequestInput
    answer: Query
  }
  'GET /v1/queries': {
    query: {
      /**
       * May repeat
       */
      state?:
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')[]
      /**
       * May repeat
       */
      lane?: string | string[]
      /**
       * May repeat
       */
      source?: string | string[]
      /**
       * May repeat; of other tenants nothing is found
       */
      tenant?: string | string[]
      /**
       * key:value; may repeat
       */
      label?: string | string[]
      /**
       * Text that the SQL holds
       */
      q?: string
      /**
       * Worker of the last claim
       */
      worker?: string
      /**
       * Code of the error
       */
      code?: string
      /**
       * At this moment or later
       */
      submitted_after?: string
      /**
       * Before this moment
       */
      submitted_before?: string
      /**
       * 1 to 1000; default: 50
       */
      limit?: string
      cursor?: string
    }
    answer: QueryList
  }
  'POST /v1/queries/batch': {
    body: BatchRequestInput
    answer: BatchAnswer
  }
  'POST /v1/queries/cancel': {
    query: {
      /**
       * May repeat
       */
      state?:
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')[]
      /**
       * May repeat
       */
      lane?: string | string[]
      /**
       * May repeat
       */
      source?: string | string[]
      /**
       * May repeat; of other tenants nothing is found
       */
      tenant?: string | string[]
      /**
       * key:value; may repeat
       */
      label?: string | string[]
      /**
       * Text that the SQL holds
       */
      q?: string
      /**
       * Worker of the last claim
       */
      worker?: string
      /**
       * Code of the error
       */
      code?: string
      /**
       * At this moment or later
       */
      submitted_after?: string
      /**
       * Before this moment
       */
      submitted_before?: string
      /**
       * true: nothing is done, only counted
       */
      dry_run?: 'true' | 'false'
    }
    answer: CancelAnswer
  }
  'GET /v1/queries/changes': {
    query: {
      /**
       * Of an earlier answer; none: begin with those that have not ended
       */
      cursor?: string
      wait?: string
    }
    answer: ChangeList
  }
  'GET /v1/queries/count': {
    query: {
      /**
       * May repeat
       */
      state?:
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')[]
      /**
       * May repeat
       */
      lane?: string | string[]
      /**
       * May repeat
       */
      source?: string | string[]
      /**
       * May repeat; of other tenants nothing is found
       */
      tenant?: string | string[]
      /**
       * key:value; may repeat
       */
      label?: string | string[]
      /**
       * Text that the SQL holds
       */
      q?: string
      /**
       * Worker of the last claim
       */
      worker?: string
      /**
       * Code of the error
       */
      code?: string
      /**
       * At this moment or later
       */
      submitted_after?: string
      /**
       * Before this moment
       */
      submitted_before?: string
      cursor?: string
    }
    answer: QueryCount
  }
  'GET /v1/queries/export': {
    query: {
      /**
       * May repeat
       */
      state?:
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')[]
      /**
       * May repeat
       */
      lane?: string | string[]
      /**
       * May repeat
       */
      source?: string | string[]
      /**
       * May repeat; of other tenants nothing is found
       */
      tenant?: string | string[]
      /**
       * key:value; may repeat
       */
      label?: string | string[]
      /**
       * Text that the SQL holds
       */
      q?: string
      /**
       * Worker of the last claim
       */
      worker?: string
      /**
       * Code of the error
       */
      code?: string
      /**
       * At this moment or later
       */
      submitted_after?: string
      /**
       * Before this moment
       */
      submitted_before?: string
      /**
       * Default: ndjson, one query resource a line
       */
      format?: 'csv' | 'ndjson'
    }
    /**
     * CSV or NDJSON
     */
    answer: string
  }
  'POST /v1/queries/retry': {
    query: {
      /**
       * May repeat
       */
      state?:
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')
        | ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out')[]
      /**
       * May repeat
       */
      lane?: string | string[]
      /**
       * May repeat
       */
      source?: string | string[]
      /**
       * May repeat; of other tenants nothing is found
       */
      tenant?: string | string[]
      /**
       * key:value; may repeat
       */
      label?: string | string[]
      /**
       * Text that the SQL holds
       */
      q?: string
      /**
       * Worker of the last claim
       */
      worker?: string
      /**
       * Code of the error
       */
      code?: string
      /**
       * At this moment or later
       */
      submitted_after?: string
      /**
       * Before this moment
       */
      submitted_before?: string
      /**
       * true: nothing is done, only counted
       */
      dry_run?: 'true' | 'false'
    }
    answer: RetryAnswer
  }
  'GET /v1/queries/{id}': {
    params: {
      id: string
    }
    query: {
      wait?: string
    }
    answer: Query
  }
  'POST /v1/queries/{id}/cancel': {
    params: {
      id: string
    }
    answer: Query
  }
  'GET /v1/queries/{id}/details': {
    params: {
      id: string
    }
    answer: QueryDetails
  }
  'GET /v1/queries/{id}/events': {
    params: {
      id: string
    }
    /**
     * text/event-stream; charset=utf-8
     */
    answer: string
  }
  'GET /v1/queries/{id}/plan': {
    params: {
      id: string
    }
    query: {
      /**
       * Default: the last that has a plan
       */
      attempt?: string
    }
    answer: Plan
  }
  'GET /v1/queries/{id}/result': {
    params: {
      id: string
    }
    query: {
      /**
       * One of arrow, msgpack, json, ndjson, csv, parquet; goes before Accept
       */
      format?: string
      /**
       * First row, from 0
       */
      offset?: string
      /**
       * Number of rows
       */
      limit?: string
      /**
       * Waits so many seconds for the query to end; with partial=true, for its first rows
       */
      wait?: string
      /**
       * With a whole Arrow stream in zstd: where the result lies in S3, 307 to a signed address there
       */
      redirect?: 'true' | 'false'
      /**
       * Read what is there of a running query; with wait, follow it to its end
       */
      partial?: 'true' | 'false'
    }
    answer: JsonResult
  }
  'HEAD /v1/queries/{id}/result': {
    params: {
      id: string
    }
    query: {
      /**
       * One of arrow, msgpack, json, ndjson, csv, parquet; goes before Accept
       */
      format?: string
      /**
       * First row, from 0
       */
      offset?: string
      /**
       * Number of rows
       */
      limit?: string
      /**
       * Waits so many seconds for the query to end; with partial=true, for its first rows
       */
      wait?: string
      /**
       * With a whole Arrow stream in zstd: where the result lies in S3, 307 to a signed address there
       */
      redirect?: 'true' | 'false'
      /**
       * Read what is there of a running query; with wait, follow it to its end
       */
      partial?: 'true' | 'false'
    }
    answer: JsonResult
  }
  'PATCH /v1/queries/{id}/result': {
    params: {
      id: string
    }
    body: KeepRequestInput
    answer: Query
  }
  'DELETE /v1/queries/{id}/result': {
    params: {
      id: string
    }
  }
  'GET /v1/queries/{id}/result/chunks/{n}': {
    params: {
      id: string
      n: string
    }
  }
  'HEAD /v1/queries/{id}/result/chunks/{n}': {
    params: {
      id: string
      n: string
    }
  }
  'POST /v1/queries/{id}/retry': {
    params: {
      id: string
    }
    answer: Query
  }
  'GET /v1/schedules': {
    answer: ScheduleList
  }
  'POST /v1/schedules': {
    body: ScheduleRequestInput
    answer: Schedule
  }
  'POST /v1/schedules/times': {
    body: TimesRequestInput
    answer: Times
  }
  'GET /v1/schedules/{name}': {
    params: {
      name: string
    }
    answer: Schedule
  }
  'PATCH /v1/schedules/{name}': {
    params: {
      name: string
    }
    body: ScheduleChangeInput
    answer: Schedule
  }
  'DELETE /v1/schedules/{name}': {
    params: {
      name: string
    }
  }
  'GET /v1/schedules/{name}/fires': {
    params: {
      name: string
    }
    query: {
      /**
       * 1 to 1000; default: 50
       */
      limit?: string
      /**
       * Only fires before this nominal time
       */
      before?: string
    }
    answer: FireList
  }
  'POST /v1/schedules/{name}/pause': {
    params: {
      name: string
    }
    answer: Schedule
  }
  'POST /v1/schedules/{name}/resume': {
    params: {
      name: string
    }
    answer: Schedule
  }
  'POST /v1/schedules/{name}/run': {
    params: {
      name: string
    }
    answer: Query
  }
  'GET /v1/session': {
    answer: Session
  }
  'POST /v1/session': {
    body: SessionRequestInput
    answer: Session
  }
  'DELETE /v1/session': {}
  'GET /v1/sources': {
    answer: SourceList
  }
  'POST /v1/sources': {
    body: SourceRequestInput
    answer: Source
  }
  'GET /v1/sources/{name}': {
    params: {
      name: string
    }
    answer: Source
  }
  'PATCH /v1/sources/{name}': {
    params: {
      name: string
    }
    body: SourceChangeInput
    answer: Source
  }
  'DELETE /v1/sources/{name}': {
    params: {
      name: string
    }
  }
  'GET /v1/sources/{name}/catalog': {
    params: {
      name: string
    }
    query: {
      /**
       * true: read it now; else it may be half a minute old
       */
      refresh?: 'true' | 'false'
    }
    answer: Catalog
  }
  'POST /v1/sources/{name}/test': {
    params: {
      name: string
    }
    answer: SourceTest
  }
  'GET /v1/statistics/overview': {
    answer: Overview
  }
  'GET /v1/statistics/series': {
    query: {
      /**
       * Default: 1h
       */
      window?: '1h' | '24h' | '7d'
      /**
       * Default: all lanes together
       */
      lane?: string
    }
    answer: Series
  }
  'GET /v1/storage': {
    answer: Storage
  }
  'GET /v1/views': {
    answer: ViewList
  }
  'GET /v1/views/{name}': {
    params: {
      name: string
    }
    query: {
      /**
       * column:value, rows whose column has this value; may repeat
       */
      filter?: string | string[]
      /**
       * A column; -column for the largest first
       */
      order?: string
      /**
       * 1 to 10000; default: 1000
       */
      limit?: string
    }
    answer: ViewRows
  }
  'GET /v1/webhooks': {
    answer: WebhookList
  }
  'POST /v1/webhooks': {
    body: WebhookRequestInput
    answer: WebhookAdded
  }
  'GET /v1/webhooks/{name}': {
    params: {
      name: string
    }
    answer: Webhook
  }
  'PATCH /v1/webhooks/{name}': {
    params: {
      name: string
    }
    body: WebhookChangeInput
    answer: Webhook
  }
  'DELETE /v1/webhooks/{name}': {
    params: {
      name: string
    }
  }
  'POST /v1/webhooks/{name}/redeliver': {
    params: {
      name: string
    }
    answer: Redelivered
  }
  'POST /v1/webhooks/{name}/secret': {
    params: {
      name: string
    }
    answer: WebhookSecret
  }
  'POST /v1/webhooks/{name}/test': {
    params: {
      name: string
    }
    answer: WebhookTest
  }
  'GET /v1/workers': {
    answer: WorkerList
  }
  'GET /v1/workers/{id}': {
    params: {
      id: string
    }
    answer: Worker
  }
  'POST /v1/workers/{id}/drain': {
    params: {
      id: string
    }
    answer: Worker
  }
}
export interface Health {
  status: 'ok' | 'unavailable'
  /**
   * What is wrong, and what to do
   */
  detail?: string
  checks?: {
    accepting: boolean
    database: boolean
    writable: boolean
    migrations: boolean
    notifications: boolean
    partitions: boolean
  }
}
export interface AlertList {
  alerts: {
    id: string
    rule: string
    /**
     * What broke the rule, such as a lane; empty where there is but one
     */
    subject: string
    /**
     * pending: broken, but not yet for for_seconds
     */
    state: 'pending' | 'firing' | 'resolved'
    measure:
      | 'failure_rate'
      | 'queue_depth'
      | 'oldest_wait_seconds'
      | 'workers'
      | 'store_latency_seconds'
      | 'storage_bytes'
      | 'corrupt_chunks'
      | 'beat_age_seconds'
      | 'failed_fires'
      | 'broken_schedules'
    comparison: 'above' | 'below'
    threshold: number
    value: number
    started_at: string
    fired_at: string | null
    resolved_at: string | null
  }[]
}
export interface AlertRuleList {
  rules: AlertRule[]
}
export interface AlertRule {
  name: string
  description: string
  measure:
    | 'failure_rate'
    | 'queue_depth'
    | 'oldest_wait_seconds'
    | 'workers'
    | 'store_latency_seconds'
    | 'storage_bytes'
    | 'corrupt_chunks'
    | 'beat_age_seconds'
    | 'failed_fires'
    | 'broken_schedules'
  subject: string | null
  comparison: 'above' | 'below'
  threshold: number
  for_seconds: number
  window_seconds: number
  least_samples: number
  enabled: boolean
  webhooks: string[] | null
  created_at: string
  updated_at: string
}
export interface AlertRuleRequestInput {
  name: string
  description?: string
  /**
   * failure_rate (0 to 1), queue_depth and oldest_wait_seconds by lane; workers that are alive; store_latency_seconds; storage_bytes of the control database; corrupt_chunks that readers of results found within window_seconds; beat_age_seconds; by schedule failed_fires (refused, or the query failed or timed out, within window_seconds) and broken_schedules (1 for each whose times cannot be told)
   */
  measure:
    | 'failure_rate'
    | 'queue_depth'
    | 'oldest_wait_seconds'
    | 'workers'
    | 'store_latency_seconds'
    | 'storage_bytes'
    | 'corrupt_chunks'
    | 'beat_age_seconds'
    | 'failed_fires'
    | 'broken_schedules'
  /**
   * Only this lane, schedule, or store (postgresql, s3); null (default): each on its own
   */
  subject?: string | null
  /**
   * Whether values above (default) or below the threshold break the rule
   */
  comparison?: 'above' | 'below'
  /**
   * Must be one that a value can be above, or below
   */
  threshold: number
  /**
   * Broken for so long before it fires; default: 0
   */
  for_seconds?: number
  /**
   * Span that a rate looks at; default: 300
   */
  window_seconds?: number
  /**
   * A rate over fewer queries is not judged; default: 10
   */
  least_samples?: number
  enabled?: boolean
  /**
   * Who is told; null (default): all that want alerts
   */
  webhooks?: string[] | null
}
export interface AlertRuleChangeInput {
  description?: string
  /**
   * failure_rate (0 to 1), queue_depth and oldest_wait_seconds by lane; workers that are alive; store_latency_seconds; storage_bytes of the control database; corrupt_chunks that readers of results found within window_seconds; beat_age_seconds; by schedule failed_fires (refused, or the query failed or timed out, within window_seconds) and broken_schedules (1 for each whose times cannot be told)
   */
  measure?:
    | 'failure_rate'
    | 'queue_depth'
    | 'oldest_wait_seconds'
    | 'workers'
    | 'store_latency_seconds'
    | 'storage_bytes'
    | 'corrupt_chunks'
    | 'beat_age_seconds'
    | 'failed_fires'
    | 'broken_schedules'
  /**
   * Only this lane, schedule, or store (postgresql, s3); null (default): each on its own
   */
  subject?: string | null
  /**
   * Whether values above (default) or below the threshold break the rule
   */
  comparison?: 'above' | 'below'
  /**
   * Must be one that a value can be above, or below
   */
  threshold?: number
  /**
   * Broken for so long before it fires; default: 0
   */
  for_seconds?: number
  /**
   * Span that a rate looks at; default: 300
   */
  window_seconds?: number
  /**
   * A rate over fewer queries is not judged; default: 10
   */
  least_samples?: number
  enabled?: boolean
  /**
   * Who is told; null (default): all that want alerts
   */
  webhooks?: string[] | null
}
export interface AuditList {
  actions: {
    id: string
    at: string
    tenant: string
    /**
     * The name given at the login of the admin page, or "API key"
     */
    actor: string
    address: string
    /**
     * thing.verb
     */
    action: string
    /**
     * Name or id; null: it was about many
     */
    target: string | null
    /**
     * What was asked for, without secrets
     */
    detail: {
      [k: string]: unknown
    }
  }[]
  /**
   * Give it as ?cursor= for the next page
   */
  cursor: string | null
}
export interface DeliveryList {
  deliveries: Delivery[]
}
export interface Delivery {
  id: string
  webhook: string
  type: string
  query_id: string | null
  /**
   * failed: no attempt is left
   */
  state: 'pending' | 'delivered' | 'failed'
  attempts: {
    at: string
    /**
     * HTTP status; null: there was no answer
     */
    status: number | null
    /**
     * Why it failed; null: it was taken
     */
    error: string | null
    duration_ms: number
  }[]
  created_at: string
  next_attempt_at: string | null
  finished_at: string | null
  /**
   * The body that is sent
   */
  payload: {
    type: string
    [k: string]: unknown
  }
}
export interface LaneList {
  lanes: Lane[]
}
export interface Lane {
  name: string
  /**
   * What the lane is for
   */
  description: string
  /**
   * Most queries that run at one time, over all workers
   */
  concurrency: number
  /**
   * Most queries that may wait; one more is refused
   */
  max_queued: number
  /**
   * Run time limit of a query that names none
   */
  timeout_seconds: number
  /**
   * Longest run time limit that a request may name
   */
  max_timeout_seconds: number
  /**
   * Limit on the wait; null: none
   */
  queue_timeout_seconds: number | null
  /**
   * Row limit of a query that names none; null: none
   */
  row_limit: number | null
  /**
   * Largest row limit that a request may name; null: none
   */
  max_row_limit: number | null
  /**
   * Byte limit of a query that names none; null: none
   */
  byte_limit: number | null
  /**
   * Largest byte limit that a request may name; null: none
   */
  max_byte_limit: number | null
  /**
   * How long a result is kept if the request does not say
   */
  ttl_seconds: number
  /**
   * Longest time that a request may ask for
   */
  max_ttl_seconds: number
  /**
   * Most attempts that a request may ask for
   */
  max_attempts: number
  /**
   * Larger results, as stored, lie in S3; null: none does
   */
  s3_above_bytes: number | null
  /**
   * Results move to S3 after so many days; null: they stay
   */
  archive_after_days: number | null
  paused: boolean
  /**
   * Queries that run now
   */
  running: number
  /**
   * Queries that wait for a slot
   */
  waiting: number
  /**
   * Queries that wait for their run_at
   */
  scheduled: number
  /**
   * How long the one has waited that has waited longest; 0: none waits
   */
  oldest_wait_seconds: number
  /**
   * Slots of the workers that serve the lane, shared with the other lanes that they serve
   */
  slots: number
}
export interface LaneRequestInput {
  name: string
  /**
   * What the lane is for
   */
  description?: string
  /**
   * Most queries that run at one time, over all workers
   */
  concurrency?: number
  /**
   * Most queries that may wait; one more is refused
   */
  max_queued?: number
  /**
   * Run time limit of a query that names none
   */
  timeout_seconds?: number
  /**
   * Longest run time limit that a request may name
   */
  max_timeout_seconds?: number
  /**
   * Limit on the wait; null: none
   */
  queue_timeout_seconds?: number | null
  /**
   * Row limit of a query that names none; null: none
   */
  row_limit?: number | null
  /**
   * Largest row limit that a request may name; null: none
   */
  max_row_limit?: number | null
  /**
   * Byte limit of a query that names none; null: none
   */
  byte_limit?: number | null
  /**
   * Largest byte limit that a request may name; null: none
   */
  max_byte_limit?: number | null
  /**
   * How long a result is kept if the request does not say
   */
  ttl_seconds?: number
  /**
   * Longest time that a request may ask for
   */
  max_ttl_seconds?: number
  /**
   * Most attempts that a request may ask for
   */
  max_attempts?: number
  /**
   * Larger results, as stored, lie in S3; null: none does
   */
  s3_above_bytes?: number | null
  /**
   * Results move to S3 after so many days; null: they stay
   */
  archive_after_days?: number | null
  paused?: boolean
}
export interface LaneChangeInput {
  /**
   * What the lane is for
   */
  description?: string
  /**
   * Most queries that run at one time, over all workers
   */
  concurrency?: number
  /**
   * Most queries that may wait; one more is refused
   */
  max_queued?: number
  /**
   * Run time limit of a query that names none
   */
  timeout_seconds?: number
  /**
   * Longest run time limit that a request may name
   */
  max_timeout_seconds?: number
  /**
   * Limit on the wait; null: none
   */
  queue_timeout_seconds?: number | null
  /**
   * Row limit of a query that names none; null: none
   */
  row_limit?: number | null
  /**
   * Largest row limit that a request may name; null: none
   */
  max_row_limit?: number | null
  /**
   * Byte limit of a query that names none; null: none
   */
  byte_limit?: number | null
  /**
   * Largest byte limit that a request may name; null: none
   */
  max_byte_limit?: number | null
  /**
   * How long a result is kept if the request does not say
   */
  ttl_seconds?: number
  /**
   * Longest time that a request may ask for
   */
  max_ttl_seconds?: number
  /**
   * Most attempts that a request may ask for
   */
  max_attempts?: number
  /**
   * Larger results, as stored, lie in S3; null: none does
   */
  s3_above_bytes?: number | null
  /**
   * Results move to S3 after so many days; null: they stay
   */
  archive_after_days?: number | null
  paused?: boolean
}
export interface SubmitRequestInput {
  /**
   * One statement, at most 1 MB
   */
  sql: string
  /**
   * Name of a registered source; default: default
   */
  source?: string
  /**
   * Values for $1…
   *
   * @maxItems 65535
   */
  params?: unknown[]
  /**
   * Name of a lane; default: default
   */
  lane?: string
  /**
   * 1 (first) to 9 (last); default: 5
   */
  priority?: number
  labels?: {
    [k: string]: string
  }
  /**
   * Run time limit; default: the lane's
   */
  timeout_seconds?: number
  /**
   * Limit on the wait for a slot
   */
  queue_timeout_seconds?: number
  /**
   * The result stops after so many rows and says so
   */
  row_limit?: number
  /**
   * The result stops after so many bytes of rows and says so
   */
  byte_limit?: number
  /**
   * How long the result is kept; default: the lane's
   */
  ttl_seconds?: number
  /**
   * Webhooks that are told of its end besides those of its lane
   *
   * @maxItems 10
   */
  webhooks?: string[]
  /**
   * Attempts in all, if errors that may pass end the others; default: 1. For statements that cannot write
   */
  max_attempts?: number
  /**
   * Not to be started before
   */
  run_at?: string
  /**
   * Canceled when nobody has asked about it for so long; default: never
   */
  abandon_after_seconds?: number
  /**
   * true: the plan that the source chooses is kept with each attempt; the statement runs as without it
   */
  explain?: boolean
  /**
   * What becomes of the query when the wait of this request passes; default: continue
   */
  on_wait_timeout?: 'continue' | 'cancel'
}
export interface Query {
  id: string
  state: 'queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out'
  source: string
  lane: string
  tenant: string
  priority: number
  labels: {
    [k: string]: string
  }
  sql: string
  attempt: number
  worker: string | null
  /**
   * Queries before it in its lane; null once it started
   */
  queue_position: number | null
  submitted_at: string
  started_at: string | null
  finished_at: string | null
  timings_ms: {
    queued: number | null
    running: number | null
    first_row: number | null
  }
  progress: {
    rows: number
    bytes: number
    chunks: number
  }
  result: {
    columns: {
      name: string
      type: string
      nullable: boolean
    }[]
    rows: number
    bytes: number
    chunks: number
    complete: boolean
    truncated: boolean
    limiting_factor: ('row_limit' | 'byte_limit') | null
    expires_at: string
    reused_from: string | null
    preview?: {
      rows: unknown[][]
      complete: boolean
    }
    /**
     * Why there is no preview
     */
    preview_error?: 'result_corrupt' | 'result_store_unavailable'
  } | null
  error: {
    code: string
    message: string
    retryable: boolean
    sqlstate?: string
    position?: number
    hint?: string
    column?: string
  } | null
  /**
   * The query that this one repeats
   */
  retry_of: string | null
  links: {
    self: string
    result: string
    cancel: string
  }
}
export interface QueryList {
  queries: Query[]
  /**
   * Give it as ?cursor= for the next page; null: this is the last
   */
  cursor: string | null
  /**
   * Not null: the search paused here, with fewer than `limit` found. It goes on at the cursor
   */
  searched_until: string | null
}
export interface BatchRequestInput {
  /**
   * @minItems 1
   * @maxItems 1000
   */
  queries: SubmitRequestInput[]
}
export interface BatchAnswer {
  queries: (
    | Query
    | {
        error: Problem
      }
  )[]
}
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: string
  retryable: boolean
  query_id?: string
  /**
   * State of the query
   */
  state?: 'queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out'
  /**
   * Code of the error with which the query ended
   */
  cause?: string
  sqlstate?: string
  position?: number
  hint?: string
  column?: string
  errors?: {
    path: string
    message: string
  }[]
}
export interface CancelAnswer {
  canceled: number
  matching: number
}
export interface ChangeList {
  queries: {
    id: string
    state: 'queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out'
    progress: {
      rows: number
      bytes: number
      chunks: number
    }
  }[]
  /**
   * Give it with the next request
   */
  cursor: string
  /**
   * False: there is more. With a cursor: ask again at once. Without: so many wait that only 10,000 are here
   */
  complete: boolean
}
export interface QueryCount {
  count: number
  /**
   * False: there may be more than were counted
   */
  complete: boolean
  /**
   * Not null: the count paused. Give it as ?cursor= to count the rest
   */
  cursor: string | null
}
export interface RetryAnswer {
  retried: number
  matching: number
}
export interface QueryDetails {
  /**
   * Values for $1…, as submitted
   */
  params: unknown[]
  /**
   * Not to be started before; null: at once
   */
  run_at: string | null
  timeout_seconds: number
  /**
   * It ends if it has not started by then; null: no limit
   */
  queue_timeout_at: string | null
  row_limit: number | null
  byte_limit: number | null
  ttl_seconds: number
  max_attempts: number
  abandon_after_seconds: number | null
  cancel_requested_at: string | null
  /**
   * The plan that its source chooses is kept with each attempt
   */
  explain: boolean
  /**
   * Attempts of which a plan was kept, in order
   */
  plans: number[]
  /**
   * Its place in a distributed trace: the parent of the spans of its runs; null: none
   */
  traceparent: string | null
  tracestate: string | null
  /**
   * Every state that it entered, in order, and announcements of limits
   */
  events: {
    id: string
    at: string
    state: 'queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out'
    attempt: number
    /**
     * Why, where the state does not say; soft_timeout: no new state, most of timeout_seconds is used
     */
    reason: string | null
    worker: string | null
    worker_host: string | null
  }[]
}
export interface Plan {
  attempt: number
  captured_at: string
  /**
   * What EXPLAIN (FORMAT JSON) of PostgreSQL answers
   */
  plan: {
    [k: string]: unknown
  }
  /**
   * The same as a list, each step before those that it takes rows from, named as EXPLAIN names them
   */
  steps: {
    /**
     * Where it stands in the tree: 0.1 is the second step that the first takes rows from
     */
    path: string
    /**
     * Of a part that is run for itself, such as InitPlan 1
     */
    subplan: string | null
    title: string
    /**
     * What it compares, sorts or groups by
     */
    notes: string[]
    startup_cost: number
    total_cost: number
    rows: number
    /**
     * Bytes of a row
     */
    width: number
  }[]
}
/**
 * int8 and numeric are strings, so that nothing is rounded
 */
export interface JsonResult {
  columns: {
    name: string
    type: string
    nullable: boolean
  }[]
  rows: unknown[][]
}
export interface KeepRequestInput {
  /**
   * How long from now; at most the lane's max_ttl_seconds
   */
  ttl_seconds: number
}
export interface ScheduleList {
  schedules: Schedule[]
  beat: {
    /**
     * The worker that fires schedules
     */
    worker_id: string | null
    held_since: string | null
    heartbeat_at: string | null
    /**
     * It was heard of in the last five seconds
     */
    alive: boolean
  }
}
export interface Schedule {
  name: string
  description: string
  cron: string | null
  interval_seconds: number | null
  anchor_at: string
  time_zone: string
  tenant: string
  source: string
  lane: string
  sql: string
  params: unknown[]
  labels: {
    [k: string]: string
  }
  priority: number
  timeout_seconds: number | null
  queue_timeout_seconds: number | null
  row_limit: number | null
  byte_limit: number | null
  ttl_seconds: number | null
  max_attempts: number | null
  webhooks: string[] | null
  misfire_policy: 'skip' | 'one' | 'all'
  misfire_grace_seconds: number
  catch_up_limit: number
  overlap_policy: 'skip' | 'queue' | 'cancel' | 'allow'
  paused: boolean
  managed: boolean
  /**
   * Why it cannot fire
   */
  problem: string | null
  /**
   * The next five nominal times; none while it is paused
   */
  next_fires: string[]
  last_fire: Fire | null
  created_at: string
  updated_at: string
}
export interface Fire {
  /**
   * Nominal time; of a manual run when it was asked for
   */
  fire_at: string
  kind: 'scheduled' | 'manual'
  /**
   * submitted; waiting for an earlier query or for room in the lane; skipped: an earlier query had not ended; missed: too late; refused: see code
   */
  outcome: 'waiting' | 'submitted' | 'skipped' | 'missed' | 'refused'
  /**
   * Nominal times just before it that misfire_policy left out
   */
  missed: number
  decided_at: string
  /**
   * What {{previous_fire_at}} stood for
   */
  previous_fire_at: string | null
  query_id: string | null
  query_state: ('queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out') | null
  finished_at: string | null
  code: string | null
  detail: string | null
}
export interface ScheduleRequestInput {
  name: string
  description?: string
  /**
   * minute, hour, day of month, month, day of week; or with seconds first; or @daily and the like
   */
  cron?: string | null
  /**
   * Fires so often, counted from anchor_at; instead of cron
   */
  interval_seconds?: number | null
  /**
   * Default: when it is added; in the years 1970 to 2199
   */
  anchor_at?: string
  /**
   * IANA time zone of the cron fields; default: UTC
   */
  time_zone?: string
  /**
   * Name of a registered source; default: default
   */
  source?: string
  /**
   * Name of a lane; default: default
   */
  lane?: string
  /**
   * One statement, at most 1 MB
   */
  sql: string
  /**
   * Values for $1…; "{{fire_at}}", "{{previous_fire_at}}", "{{fire_date}}", "{{schedule}}" stand for values of the fire
   *
   * @maxItems 65535
   */
  params?: unknown[]
  /**
   * Labels of its queries; they get schedule, its name, besides
   */
  labels?: {
    [k: string]: string
  }
  /**
   * 1 (first) to 9 (last); default: 5
   */
  priority?: number
  timeout_seconds?: number | null
  queue_timeout_seconds?: number | null
  row_limit?: number | null
  byte_limit?: number | null
  ttl_seconds?: number | null
  max_attempts?: number | null
  /**
   * Webhooks that are told of the ends of its queries
   */
  webhooks?: string[] | null
  /**
   * What becomes of fires that are late: skip (none), one (the last that is due; default), all (the last catch_up_limit)
   */
  misfire_policy?: 'skip' | 'one' | 'all'
  /**
   * Late by at most this is on time; default: 60
   */
  misfire_grace_seconds?: number
  /**
   * Most late fires that all makes up for; default: 10
   */
  catch_up_limit?: number
  /**
   * What a fire does while an earlier query has not ended: skip (nothing; default), queue (wait for its end), cancel (the earlier one), allow (run besides)
   */
  overlap_policy?: 'skip' | 'queue' | 'cancel' | 'allow'
  paused?: boolean
  /**
   * It comes from a file that is applied; apply --prune may remove it
   */
  managed?: boolean
}
export interface TimesRequestInput {
  /**
   * minute, hour, day of month, month, day of week; or with seconds first; or @daily and the like
   */
  cron?: string | null
  /**
   * Fires so often, counted from anchor_at; instead of cron
   */
  interval_seconds?: number | null
  /**
   * Default: when it is added; in the years 1970 to 2199
   */
  anchor_at?: string
  /**
   * IANA time zone of the cron fields; default: UTC
   */
  time_zone?: string
  /**
   * Default: now
   */
  after?: string
  /**
   * Default: 5
   */
  count?: number
}
export interface Times {
  next_fires: string[]
}
export interface ScheduleChangeInput {
  description?: string
  /**
   * minute, hour, day of month, month, day of week; or with seconds first; or @daily and the like
   */
  cron?: string | null
  /**
   * Fires so often, counted from anchor_at; instead of cron
   */
  interval_seconds?: number | null
  /**
   * Default: when it is added; in the years 1970 to 2199
   */
  anchor_at?: string
  /**
   * IANA time zone of the cron fields; default: UTC
   */
  time_zone?: string
  /**
   * Name of a registered source; default: default
   */
  source?: string
  /**
   * Name of a lane; default: default
   */
  lane?: string
  /**
   * One statement, at most 1 MB
   */
  sql?: string
  /**
   * Values for $1…; "{{fire_at}}", "{{previous_fire_at}}", "{{fire_date}}", "{{schedule}}" stand for values of the fire
   *
   * @maxItems 65535
   */
  params?: unknown[]
  /**
   * Labels of its queries; they get schedule, its name, besides
   */
  labels?: {
    [k: string]: string
  }
  /**
   * 1 (first) to 9 (last); default: 5
   */
  priority?: number
  timeout_seconds?: number | null
  queue_timeout_seconds?: number | null
  row_limit?: number | null
  byte_limit?: number | null
  ttl_seconds?: number | null
  max_attempts?: number | null
  /**
   * Webhooks that are told of the ends of its queries
   */
  webhooks?: string[] | null
  /**
   * What becomes of fires that are late: skip (none), one (the last that is due; default), all (the last catch_up_limit)
   */
  misfire_policy?: 'skip' | 'one' | 'all'
  /**
   * Late by at most this is on time; default: 60
   */
  misfire_grace_seconds?: number
  /**
   * Most late fires that all makes up for; default: 10
   */
  catch_up_limit?: number
  /**
   * What a fire does while an earlier query has not ended: skip (nothing; default), queue (wait for its end), cancel (the earlier one), allow (run besides)
   */
  overlap_policy?: 'skip' | 'queue' | 'cancel' | 'allow'
  paused?: boolean
  /**
   * It comes from a file that is applied; apply --prune may remove it
   */
  managed?: boolean
}
export interface FireList {
  fires: Fire[]
}
export interface Session {
  name: string
  /**
   * False: the server asks for no login
   */
  login: boolean
  /**
   * True: nothing may be changed
   */
  read_only: boolean
  /**
   * When the login ends; null: it is not by a cookie
   */
  expires_at: string | null
  /**
   * Of the server
   */
  version: string
}
export interface SessionRequestInput {
  /**
   * The API key
   */
  key: string
  /**
   * Who it is; the audit log names them
   */
  name: string
}
export interface SourceList {
  sources: Source[]
}
export interface Source {
  name: string
  kind: 'postgresql'
  host: string
  port: number
  database: string
  user: string
  tls: 'disable' | 'require' | 'verify-full'
  writes: boolean
  prepared_statements: boolean
  max_connections: number
  created_at: string
  updated_at: string
}
export interface SourceRequestInput {
  name: string
  host: string
  port?: number
  database: string
  user: string
  /**
   * Kept, never returned
   */
  password?: string
  /**
   * Default: disable on loopback, else verify-full
   */
  tls?: 'disable' | 'require' | 'verify-full'
  /**
   * True: statements may write, and are committed; default: false
   */
  writes?: boolean
  /**
   * False: behind a pooler, nothing is kept in sessions; default: true
   */
  prepared_statements?: boolean
  max_connections?: number
}
export interface SourceChangeInput {
  host?: string
  port?: number
  database?: string
  user?: string
  /**
   * Kept, never returned
   */
  password?: string
  /**
   * Default: disable on loopback, else verify-full
   */
  tls?: 'disable' | 'require' | 'verify-full'
  /**
   * True: statements may write, and are committed; default: false
   */
  writes?: boolean
  /**
   * False: behind a pooler, nothing is kept in sessions; default: true
   */
  prepared_statements?: boolean
  max_connections?: number
}
export interface Catalog {
  /**
   * Schemas that are searched for names without one, in order
   */
  search_path: string[]
  relations: {
    schema: string
    name: string
    kind: 'table' | 'view' | 'materialized view' | 'foreign table'
    comment: string | null
    /**
     * The planner's estimate; null: it has none
     */
    estimated_rows: number | null
    columns: {
      name: string
      type: string
      nullable: boolean
      comment: string | null
    }[]
  }[]
  /**
   * False: there are more relations
   */
  complete: boolean
}
export interface SourceTest {
  ok: boolean
  error: {
    code: string
    message: string
    retryable: boolean
    sqlstate?: string
    position?: number
    hint?: string
    column?: string
  } | null
  server_version: string | null
  duration_ms: number
  /**
   * What the login role may do and should not
   */
  warnings: string[]
}
export interface Overview {
  at: string
  /**
   * What happened before is in the statistics; null: they have not begun
   */
  counted_until: string | null
  waiting: number
  scheduled: number
  running: number
  oldest_wait_seconds: number
  lanes: {
    lane: string
    paused: boolean
    concurrency: number
    running: number
    waiting: number
    scheduled: number
    oldest_wait_seconds: number
    slots: number
  }[]
  workers: {
    alive: number
    draining: number
    silent: number
    slots: number
    busy: number
  }
  /**
   * What fires schedules, sends webhooks and looks at alerts
   */
  beat: {
    /**
     * The worker that holds it; null: none ever has
     */
    worker_id: string | null
    /**
     * When it last went through all that is due
     */
    ticked_at: string | null
    /**
     * Within the last 10 seconds
     */
    alive: boolean
  }
  last: {
    seconds: number
    submitted: number
    succeeded: number
    failed: number
    canceled: number
    timed_out: number
    rows: number
    /**
     * Bytes of results, before compression
     */
    bytes: number
    /**
     * null where nothing ended
     */
    wait_ms: {
      p50: number | null
      p95: number | null
      p99: number | null
    }
    /**
     * null where nothing ended
     */
    run_ms: {
      p50: number | null
      p95: number | null
      p99: number | null
    }
    /**
     * Share of what ended that failed or timed out, 0 to 1
     */
    failure_rate: number | null
  }
  storage: {
    results_bytes: number | null
    database_bytes: number | null
    looked_at: string | null
  }
}
export interface Series {
  window: '1h' | '24h' | '7d'
  step_seconds: number
  /**
   * What happened before is in the statistics; null: they have not begun
   */
  counted_until: string | null
  points: {
    /**
     * Start of the step
     */
    at: string
    submitted: number
    succeeded: number
    failed: number
    canceled: number
    timed_out: number
    rows: number
    /**
     * Bytes of results, before compression
     */
    bytes: number
    /**
     * null where nothing ended
     */
    wait_ms: {
      p50: number | null
      p95: number | null
      p99: number | null
    }
    /**
     * null where nothing ended
     */
    run_ms: {
      p50: number | null
      p95: number | null
      p99: number | null
    }
    /**
     * The highest of the step; null: nobody looked
     */
    waiting: number | null
    running: number | null
    results_bytes: number | null
    database_bytes: number | null
  }[]
}
export interface Storage {
  /**
   * All who ask within 15 seconds get the same
   */
  read_at: string
  usage: {
    tenant: string
    lane: string
    /**
     * manifest: in the row that describes it, as it is small; postgresql: in chunks
     */
    store: 'manifest' | 'postgresql' | 's3'
    /**
     * under an hour, under a day, under a week, under a month, or older
     */
    age: string
    results: number
    rows: number
    /**
     * Before compression
     */
    raw_bytes: number
    stored_bytes: number
  }[]
  partitions: {
    name: string
    /**
     * Its day (UTC)
     */
    expires_on: string
    /**
     * expired: dropped once nobody reads it any more; detached: dropping it was begun
     */
    state: 'in use' | 'expired' | 'detached'
    /**
     * Results whose chunks lie in it
     */
    results: number
    /**
     * Of their chunks
     */
    stored_bytes: number
    /**
     * What it takes up, with its indexes
     */
    disk_bytes: number
  }[]
  /**
   * The 20 largest results
   */
  largest: {
    query_id: string
    lane: string
    /**
     * manifest: in the row that describes it, as it is small; postgresql: in chunks
     */
    store: 'manifest' | 'postgresql' | 's3'
    rows: number
    stored_bytes: number
    created_at: string
    expires_at: string
  }[]
}
export interface ViewList {
  views: {
    name: string
    description: string | null
    columns: {
      name: string
      type: string
      description: string | null
    }[]
  }[]
}
export interface ViewRows {
  name: string
  /**
   * When the rows were read; all who ask within a second get the same
   */
  read_at: string
  columns: {
    name: string
    type: string
    description: string | null
  }[]
  rows: {
    [k: string]: unknown
  }[]
  /**
   * False: there are more rows than the limit
   */
  complete: boolean
}
export interface WebhookList {
  webhooks: Webhook[]
}
export interface Webhook {
  name: string
  description: string
  url: string
  events: (
    'query.succeeded' | 'query.failed' | 'query.canceled' | 'query.timed_out' | 'alert.firing' | 'alert.resolved'
  )[]
  lanes: string[] | null
  enabled: boolean
  disable_after_seconds: number
  /**
   * When it was disabled by itself
   */
  disabled_at: string | null
  disabled_reason: string | null
  /**
   * First failure after the last success
   */
  failing_since: string | null
  last_success_at: string | null
  /**
   * It asked to be left alone until then; enabling it, a test that it takes and sending again by hand end that
   */
  held_until: string | null
  /**
   * Deliveries that wait to be sent
   */
  pending: number
  created_at: string
  updated_at: string
}
export interface WebhookRequestInput {
  name: string
  description?: string
  /**
   * Where to POST; https, unless it lies in SLUICE_WEBHOOK_NETWORKS
   */
  url: string
  /**
   * Default: all
   *
   * @minItems 1
   */
  events?: (
    'query.succeeded' | 'query.failed' | 'query.canceled' | 'query.timed_out' | 'alert.firing' | 'alert.resolved'
  )[]
  /**
   * Told of queries and alerts of these lanes, of alerts that are of no lane, and of what names it; null (default): of every lane; []: only of what names it
   */
  lanes?: string[] | null
  /**
   * Default: true. Enabling gives it a clean record, and sends what waits
   */
  enabled?: boolean
  /**
   * Disabled once every attempt of so long a time has failed; default: 432000, five days
   */
  disable_after_seconds?: number
}
export interface WebhookAdded {
  name: string
  description: string
  url: string
  events: (
    'query.succeeded' | 'query.failed' | 'query.canceled' | 'query.timed_out' | 'alert.firing' | 'alert.resolved'
  )[]
  lanes: string[] | null
  enabled: boolean
  disable_after_seconds: number
  /**
   * When it was disabled by itself
   */
  disabled_at: string | null
  disabled_reason: string | null
  /**
   * First failure after the last success
   */
  failing_since: string | null
  last_success_at: string | null
  /**
   * It asked to be left alone until then; enabling it, a test that it takes and sending again by hand end that
   */
  held_until: string | null
  /**
   * Deliveries that wait to be sent
   */
  pending: number
  created_at: string
  updated_at: string
  /**
   * Signs its deliveries; shown this once
   */
  secret: string
}
export interface WebhookChangeInput {
  description?: string
  /**
   * Where to POST; https, unless it lies in SLUICE_WEBHOOK_NETWORKS
   */
  url?: string
  /**
   * Default: all
   *
   * @minItems 1
   */
  events?: (
    'query.succeeded' | 'query.failed' | 'query.canceled' | 'query.timed_out' | 'alert.firing' | 'alert.resolved'
  )[]
  /**
   * Told of queries and alerts of these lanes, of alerts that are of no lane, and of what names it; null (default): of every lane; []: only of what names it
   */
  lanes?: string[] | null
  /**
   * Default: true. Enabling gives it a clean record, and sends what waits
   */
  enabled?: boolean
  /**
   * Disabled once every attempt of so long a time has failed; default: 432000, five days
   */
  disable_after_seconds?: number
}
export interface Redelivered {
  redelivered: number
}
export interface WebhookSecret {
  /**
   * Signs its deliveries; shown this once
   */
  secret: string
}
export interface WebhookTest {
  at: string
  /**
   * HTTP status; null: there was no answer
   */
  status: number | null
  /**
   * Why it failed; null: it was taken
   */
  error: string | null
  duration_ms: number
}
export interface WorkerList {
  workers: Worker[]
}
export interface Worker {
  id: string
  host: string
  pid: number
  version: string
  /**
   * silent: no heartbeat for as long as its lease, its queries are about to be taken away
   */
  status: 'alive' | 'draining' | 'silent' | 'stopped'
  slots: number
  /**
   * Queries that it runs now
   */
  busy: number
  /**
   * Lanes that it serves
   */
  lanes: string[]
  /**
   * Resident memory at its last heartbeat
   */
  rss_bytes: number | null
  started_at: string
  heartbeat_at: string
  heartbeat_age_seconds: number
  stopped_at: string | null
  /**
   * Process that starts another when it ends
   */
  supervisor_pid: number | null
  /**
   * Why it claims no more
   */
  drain_reason: string | null
}
