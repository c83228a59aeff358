// Made from docs/openapi.json by npm run generate. Do not edit.

export interface Api {
  'GET /health/live': {
    answer: Health
  }
  'GET /health/ready': {
    answer: Health
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
      state?: 'queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out'
      lane?: string
      source?: string
      /**
       * key:value; may repeat
       */
      label?: string | string[]
      /**
       * Text that the SQL holds
       */
      q?: string
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
      state?: 'queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out'
      lane?: string
      source?: string
      /**
       * key:value; may repeat
       */
      label?: string | string[]
      /**
       * Text that the SQL holds
       */
      q?: string
    }
    answer: CancelAnswer
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
       * Read what is there of a running query; with wait, follow it to its end
       */
      partial?: 'true' | 'false'
    }
    answer: JsonResult
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
  detail?: string
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
   * Not to be started before
   */
  run_at?: string
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
  links: {
    self: string
    result: string
    cancel: string
  }
}
export interface QueryList {
  queries: Query[]
  /**
   * Give it as ?cursor= for the next page
   */
  cursor: string | null
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
  cancel_requested_at: string | null
  /**
   * Every state that it entered, in order
   */
  events: {
    id: string
    at: string
    state: 'queued' | 'running' | 'canceling' | 'succeeded' | 'failed' | 'canceled' | 'timed_out'
    attempt: number
    /**
     * Why, where the state does not say
     */
    reason: string | null
    worker: string | null
    worker_host: string | null
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
   * Default: when it is added
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
   * Default: when it is added
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
   * Default: when it is added
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
export interface WorkerList {
  workers: Worker[]
}
export interface Worker {
  id: string
  host: string
  pid: number
  version: string
  /**
   * silent: no heartbeat for 15 s, its queries are about to be taken away
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
}
