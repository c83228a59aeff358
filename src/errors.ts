/**
 * The registry of error codes: what a client may branch on. docs/errors.md documents each;
 * a test keeps the two equal. `status` is the HTTP status of a request that is refused with
 * the code; codes without one only appear as the error of a query that ended.
 */
export const errorCodes = {
  // The request.
  invalid_request: { status: 400, title: 'The request is not valid', retryable: false },
  invalid_id: { status: 400, title: 'The id is not a UUID', retryable: false },
  limit_above_lane_maximum: { status: 400, title: 'A limit is above what the lane allows', retryable: false },
  invalid_cursor: { status: 400, title: 'The cursor is not one that this server gave out', retryable: false },
  unauthorized: { status: 401, title: 'Credentials are missing or wrong', retryable: false },
  read_only: { status: 403, title: 'The caller may look but change nothing', retryable: false },
  cross_site_request: { status: 403, title: 'The request came from a page of another site', retryable: false },
  unknown_source: { status: 404, title: 'There is no such source', retryable: false },
  unknown_lane: { status: 404, title: 'There is no such lane', retryable: false },
  unknown_tenant: { status: 404, title: 'There is no such tenant', retryable: false },
  unknown_worker: { status: 404, title: 'There is no such worker', retryable: false },
  unknown_view: { status: 404, title: 'There is no such view', retryable: false },
  unknown_schedule: { status: 404, title: 'There is no such schedule', retryable: false },
  unknown_webhook: { status: 404, title: 'There is no such webhook', retryable: false },
  unknown_alert_rule: { status: 404, title: 'There is no such alert rule', retryable: false },
  delivery_not_found: { status: 404, title: 'There is no such delivery', retryable: false },
  query_not_found: { status: 404, title: 'There is no such query', retryable: false },
  plan_not_found: { status: 404, title: 'There is no plan of the query', retryable: false },
  chunk_not_found: { status: 404, title: 'The result has no such chunk', retryable: false },
  route_not_found: { status: 404, title: 'There is nothing at this address', retryable: false },
  not_acceptable: { status: 406, title: 'The result cannot be had in that format', retryable: false },
  result_not_ready: { status: 409, title: 'The query has not finished', retryable: true },
  query_not_ended: { status: 409, title: 'The query has not ended yet', retryable: true },
  lane_exists: { status: 409, title: 'There is a lane of that name already', retryable: false },
  lane_in_use: { status: 409, title: 'The lane is still needed', retryable: false },
  source_exists: { status: 409, title: 'There is a source of that name already', retryable: false },
  schedule_exists: { status: 409, title: 'There is a schedule of that name already', retryable: false },
  alert_rule_exists: { status: 409, title: 'There is an alert rule of that name already', retryable: false },
  webhook_exists: { status: 409, title: 'There is a webhook of that name already', retryable: false },
  webhook_in_use: { status: 409, title: 'The webhook is still named', retryable: false },
  webhook_disabled: { status: 409, title: 'The webhook is disabled', retryable: false },
  idempotency_key_in_use: {
    status: 409,
    title: 'The first request with this key is still being accepted',
    retryable: true,
  },
  result_expired: { status: 410, title: 'The result is no longer kept', retryable: false },
  payload_too_large: { status: 413, title: 'The request body is too large', retryable: false },
  unsupported_media_type: { status: 415, title: 'The request body is not JSON', retryable: false },
  range_not_satisfiable: { status: 416, title: 'The range lies beyond the result', retryable: false },
  upgrade_required: { status: 426, title: 'The address is that of a WebSocket', retryable: false },
  idempotency_key_reused: { status: 422, title: 'The key was used with another request', retryable: false },
  query_failed: { status: 422, title: 'The query failed', retryable: false },
  query_canceled: { status: 422, title: 'The query was canceled', retryable: false },
  query_timed_out: { status: 422, title: 'The query timed out', retryable: false },
  queue_full: { status: 429, title: 'The lane has as many waiting queries as it takes', retryable: true },
  result_corrupt: { status: 500, title: 'A stored chunk does not match its checksum', retryable: false },
  source_failed: { status: 502, title: 'The source did not answer as it should', retryable: true },
  internal_error: { status: 500, title: 'Something went wrong inside Sluice', retryable: true },
  result_store_unavailable: { status: 503, title: 'The store of results cannot be reached', retryable: true },
  shutting_down: { status: 503, title: 'The server is stopping', retryable: true },
  database_read_only: { status: 503, title: 'PostgreSQL takes no writes now', retryable: true },
  database_slow: { status: 503, title: 'PostgreSQL took too long to answer', retryable: true },
  database_unavailable: { status: 503, title: 'PostgreSQL cannot be reached', retryable: true },

  // The run of a query.
  sql_error: { title: 'The source refused or failed the statement', retryable: false },
  statement_timeout: { title: 'The statement ran longer than timeout_seconds', retryable: false },
  queue_timeout: { title: 'The query waited longer than queue_timeout_seconds', retryable: true },
  source_unreachable: { title: 'The source could not be reached', retryable: true },
  source_busy: { title: 'The source takes no more connections now', retryable: true },
  source_connection_lost: { title: 'The connection to the source broke', retryable: true },
  source_login_failed: { title: 'The source refused the login', retryable: false },
  source_pooled: { title: 'A pooler keeps the settings of sessions from the source', retryable: false },
  source_missing: { title: 'The source was removed while the query waited', retryable: false },
  copy_not_supported: { title: 'COPY from or to the client is not a query', retryable: false },
  transaction_control: { title: 'The statement ended its own transaction', retryable: false },
  value_out_of_range: { title: 'A value has no exact form', retryable: false },
  type_changed: { title: 'A composite type was changed while its values were read', retryable: true },
  invalid_parameter: { title: 'A parameter has no form that the source takes', retryable: false },
  row_too_large: { title: 'A row is larger than Sluice takes', retryable: false },
  protocol_error: { title: 'The source sent something that is not the PostgreSQL protocol', retryable: false },
  result_store_failed: { title: 'The result could not be stored', retryable: true },
  result_lost: { title: 'Stored parts of the result were lost in a crash of PostgreSQL', retryable: true },
  result_store_full: { title: 'The store of results has no room', retryable: false },
  interrupted: { title: 'The worker stopped while a statement that may write was running', retryable: false },
  worker_lost: { title: 'The worker died while a statement that may write was running', retryable: false },
  poison: { title: 'Two workers died while they ran the query', retryable: false },
} as const satisfies Record<string, { status?: number; title: string; retryable: boolean }>

/** A code of the registry. */
export type ErrorCode = keyof typeof errorCodes

/** The codes that answer an HTTP request. */
export type RequestErrorCode = {
  [C in ErrorCode]: (typeof errorCodes)[C] extends { status: number } ? C : never
}[ErrorCode]

/** A request that is refused; the server answers it as problem+json. */
export class RequestError extends Error {
  override name = 'RequestError'
  readonly code: RequestErrorCode
  readonly extra: Record<string, unknown>

  /**
   * @param code the registered code, which fixes the HTTP status
   * @param detail one sentence that says what to change
   * @param extra further members of the problem document, in snake_case
   */
  constructor(code: RequestErrorCode, detail: string, extra: Record<string, unknown> = {}) {
    super(detail)
    this.code = code
    this.extra = extra
  }
}

/** What is stored and shown of the error with which a query ended. */
export interface QueryError {
  code: ErrorCode
  message: string
  retryable: boolean
  sqlstate?: string
  position?: number
  hint?: string
  column?: string
}

/** The end of a run with an error that belongs to the query, not to Sluice. */
export class RunError extends Error {
  override name = 'RunError'
  readonly error: QueryError

  constructor(code: ErrorCode, message: string, detail: Partial<QueryError> = {}, cause?: unknown) {
    super(message, { cause })
    this.error = { code, message, retryable: errorCodes[code].retryable, ...detail }
  }
}

/** A sentence for a person at a terminal: printed without a stack, then the process exits. */
export class UsageError extends Error {
  override name = 'UsageError'
}
