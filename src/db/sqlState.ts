import { retryableStates } from './retryableStates.ts'

/** SQLSTATE of an error that came from PostgreSQL, undefined for any other error, such as Node's EPIPE. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^(?!E[A-Z])[0-9A-Z]{5}$/.test(code) ? code : undefined
}

const networkErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
])

const connectionMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Query read timeout|The connection)/

/**
 * Whether an error means that the server could not be reached, went away or takes no writes,
 * rather than that it refused the statement: by SQLSTATE, Node's system errors, and the
 * messages of pg, which carry no code.
 */
export function isConnectionError(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (state !== undefined) return ['away', 'busy', 'standby'].includes(retryableStates[state]?.kind ?? '')
  const { code, message, errors } = error as { code?: string; message?: string; errors?: unknown[] }
  if (code !== undefined && networkErrors.has(code)) return true
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isConnectionError)
  return connectionMessages.test(message ?? '')
}

/** Whether running the same transaction again may succeed, because it gave way to another one. */
export function isTransient(error: unknown): boolean {
  return retryableStates[sqlStateOf(error) ?? '']?.kind === 'conflict'
}

/** Whether a statement named a table or a schema that is not there. */
export function isMissingObject(error: unknown): boolean {
  return ['42P01', '3F000'].includes(sqlStateOf(error) ?? '')
}
