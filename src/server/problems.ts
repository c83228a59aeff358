import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { readOnlyState } from '../db/retryableStates.ts'
import { isConnectionError, sqlStateOf } from '../db/sqlState.ts'
import { errorCodes, RequestError, type QueryError, type RequestErrorCode } from '../errors.ts'

const problemType = 'application/problem+json; charset=utf-8'
const retryAfterSeconds: Partial<Record<RequestErrorCode, number>> = {
  database_read_only: 2,
  database_slow: 5,
  database_unavailable: 2,
  result_store_unavailable: 5,
  shutting_down: 1,
  queue_full: 5,
  result_not_ready: 1,
  idempotency_key_in_use: 1,
}

/** Of a statement that ran into its time limit, or was canceled. */
const canceledState = '57014'

/** What a result would have been sent with, if it was to be sent when the error came. */
const resultHeaders = ['Content-Encoding', 'Content-Length', 'Content-Disposition', 'ETag', 'Accept-Ranges']

/** A problem document (RFC 9457) of a registered code. */
export function problemOf(
  code: RequestErrorCode,
  detail: string,
  extra: Record<string, unknown> = {},
): Record<string, unknown> {
  const { status, title, retryable } = errorCodes[code]
  return { type: `urn:sluice:error:${code}`, title, status, detail, code, retryable, ...extra }
}

/** The refusal that a failed, canceled or timed out query is answered with where its result was wanted. */
export function queryProblem(
  id: string,
  state: 'failed' | 'canceled' | 'timed_out',
  error: QueryError | null,
): RequestError {
  const code = ({ failed: 'query_failed', canceled: 'query_canceled', timed_out: 'query_timed_out' } as const)[state]
  const { code: cause, message, ...rest } = error ?? { code: undefined, message: 'The query was canceled.' }
  return new RequestError(code, message, { query_id: id, ...(cause === undefined ? {} : { cause }), ...rest })
}

/** Answers whatever a handler throws as problem+json; what is not the client's doing is logged. */
export function handleError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = asRequestError(error)
  if (refusal.code === 'internal_error' || refusal.code === 'result_corrupt') {
    request.log.error({ err: error }, 'request failed')
  }
  for (const name of resultHeaders) void reply.removeHeader(name)
  const retryAfter = retryAfterSeconds[refusal.code]
  if (retryAfter !== undefined) void reply.header('Retry-After', retryAfter)
  if (refusal.code === 'unauthorized') void reply.header('WWW-Authenticate', 'Bearer')
  return reply
    .code(errorCodes[refusal.code].status)
    .type(problemType)
    .send(JSON.stringify(problemOf(refusal.code, refusal.message, refusal.extra)))
}

function asRequestError(error: FastifyError | Error): RequestError {
  if (error instanceof RequestError) return error
  if (hasZodFastifySchemaValidationErrors(error)) return validationError(error)
  switch ((error as FastifyError).code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new RequestError('payload_too_large', 'The body is larger than this request takes. SQL may have 1 MB.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new RequestError('unsupported_media_type', 'Send the body as Content-Type: application/json.')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new RequestError('invalid_request', `The body is not valid JSON. ${error.message}`)
  }
  if (error.name === 'ResultCorrupt') return new RequestError('result_corrupt', `${error.message}.`)
  if (error.name === 'ResultStoreUnavailable') return new RequestError('result_store_unavailable', `${error.message}.`)
  if (error.name === 'ResultWithdrawn') {
    return new RequestError('result_not_ready', `${error.message}. Ask for the state of the query.`)
  }
  if (sqlStateOf(error) === readOnlyState) {
    return new RequestError(
      'database_read_only',
      'PostgreSQL takes no writes now: it is a standby until it is promoted, or was made read-only. Reading works. Try again shortly.',
    )
  }
  if (sqlStateOf(error) === canceledState) {
    return new RequestError(
      'database_slow',
      'PostgreSQL took longer over this than a request may. Ask for less, such as a shorter time, or try again later.',
    )
  }
  if (isConnectionError(error)) {
    return new RequestError('database_unavailable', 'PostgreSQL cannot be reached now. Try again shortly.')
  }
  const { statusCode } = error as FastifyError
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new RequestError('invalid_request', error.message)
  }
  return new RequestError('internal_error', 'The request failed inside Sluice. The server log says why.')
}

function validationError(error: Error & { validation: unknown[]; validationContext?: string }): RequestError {
  const issues = error.validation as { instancePath: string; message: string }[]
  const errors = issues.map((issue) => ({
    path: issue.instancePath.replace(/^\//, '').replaceAll('/', '.'),
    message: issue.message,
  }))
  const where = { body: 'body', querystring: 'query string', params: 'address', headers: 'headers' }[
    error.validationContext ?? 'body'
  ]
  const code =
    error.validationContext === 'params' && errors.some(({ path }) => path === 'id') ? 'invalid_id' : 'invalid_request'
  const detail = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  return new RequestError(code, `The ${where ?? 'request'} is not valid. ${detail}.`, { errors })
}
