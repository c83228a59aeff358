import { retryableStates } from '../db/retryableStates.ts'
import { RunError, type QueryError } from '../errors.ts'
import { isConnectionError, sqlStateOf } from '../db/sqlState.ts'

const queryCanceled = '57014'
/** The database of the source was dropped while a session was on it: nothing to try again. */
const databaseDropped = '57P04'

/**
 * The error that a source sent for a statement. DETAIL is left out: it can quote rows.
 *
 * @param fields fields of the ErrorResponse by their type letter
 * @param timeIsUp the statement had run for its timeout; the source's message says so only in English
 */
export function statementError(fields: ReadonlyMap<string, string>, timeIsUp: boolean): RunError {
  const sqlstate = fields.get('C') ?? 'XX000'
  const message = fields.get('M') ?? 'The source reported an error without a message.'
  const detail: Partial<QueryError> = { sqlstate }
  if (fields.has('P')) detail.position = Number(fields.get('P'))
  if (fields.has('H')) detail.hint = fields.get('H')!
  if (sqlstate === queryCanceled && (timeIsUp || /statement timeout/.test(message))) {
    return new RunError('statement_timeout', 'The statement ran longer than its timeout_seconds.', detail)
  }
  const kind = retryableStates[sqlstate]?.kind
  // PgBouncer says 08P01 of everything that ends its connections.
  const isEnd = sqlstate.startsWith('08') && (fields.get('V') ?? fields.get('S')) === 'FATAL'
  if (kind === 'away' || kind === 'busy' || sqlstate === databaseDropped || isEnd) {
    return new RunError('source_connection_lost', message, { ...detail, retryable: sqlstate !== databaseDropped })
  }
  return new RunError('sql_error', message, { ...detail, retryable: kind === 'conflict' })
}

/** The error of a connection that could not be made. Host names stay out of it. */
export function connectError(source: string, error: unknown): RunError {
  if (/unsupported startup parameter/i.test((error as Error).message)) return pooled(source, 'refuses', error)
  const sqlstate = sqlStateOf(error)
  if (sqlstate !== undefined && (sqlstate.startsWith('28') || sqlstate === '3D000')) {
    return new RunError('source_login_failed', `Source ${source} refused the login (${sqlstate}).`, { sqlstate }, error)
  }
  if (sqlstate !== undefined && retryableStates[sqlstate]?.kind === 'busy') {
    return new RunError('source_busy', `Source ${source} takes no connection now (${sqlstate}).`, { sqlstate }, error)
  }
  const why = sqlstate ?? (error as { code?: string }).code ?? (error as Error).message
  return new RunError(
    'source_unreachable',
    `Source ${source} could not be reached (${why}).`,
    sqlstate === undefined ? {} : { sqlstate },
    error,
  )
}

/** The error of a connection whose session did not get its settings. */
export function settingsDropped(source: string): RunError {
  return pooled(source, 'drops')
}

function pooled(source: string, does: string, cause?: unknown): RunError {
  return new RunError(
    'source_pooled',
    `A pooler before source ${source} ${does} the settings of its sessions: set prepared_statements of the source to false.`,
    {},
    cause,
  )
}

/** The error of a connection that broke while a statement ran on it. */
export function connectionLost(error: Error | undefined): RunError {
  const hint =
    error !== undefined && isConnectionError(error) ? ` (${(error as { code?: string }).code ?? error.message})` : ''
  return new RunError(
    'source_connection_lost',
    `The connection to the source broke while the statement ran${hint}.`,
    {},
    error,
  )
}

/** The error of a statement that copies from or to the client. */
export function copyNotSupported(): RunError {
  return new RunError('copy_not_supported', 'COPY from or to the client is not a query. Select the rows instead.')
}

/** The error of a statement that set another client_encoding. */
export function encodingChanged(encoding: string): RunError {
  return new RunError('sql_error', `The statement changed client_encoding to ${encoding}; text is read as UTF8.`)
}

/** The error of a statement that committed or rolled back. */
export function transactionEnded(): RunError {
  return new RunError(
    'transaction_control',
    'The statement ended its own transaction. Run it without transaction control.',
  )
}
