import { pino, type Logger } from 'pino'
import type { Config } from './config.ts'
import { hidePasswords } from './hidePasswords.ts'

export type { Logger }

/**
 * The process's logger: JSON lines on standard error, so that standard output stays free for
 * results. SQL, parameters and credentials are never logged.
 *
 * @param about what every line says besides, asked for each
 */
export function createLogger(config: Pick<Config, 'logLevel'>, name: string, about?: () => object): Logger {
  return pino(
    {
      name,
      level: config.logLevel,
      serializers: { err: describeError },
      ...(about === undefined ? {} : { mixin: about }),
      redact: [
        'password',
        'apiKey',
        'connectionString',
        '*.password',
        '*.connectionString',
        'req.headers.authorization',
      ],
    },
    pino.destination(2),
  )
}

/** Classes of SQLSTATE whose messages may quote values: data exceptions, broken constraints, raised errors. */
const quotesValues = /^(22|23|P0)/
/** In the quotation marks of any language that PostgreSQL speaks. A value may hold such marks itself. */
const quoted = /["'«»„“”‘’‹›「」][^]*["'«»“”‘’‹›「」]|["'«»„“”‘’‹›「」][^]*$/

/**
 * What the log says of an error: its kind, message, code and where it came from. What drivers
 * hang on errors besides (detail, where, the statement, addresses) can hold values.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Something was thrown that is no error.' }
  const { code, constraint } = error as Error & { code?: unknown; constraint?: unknown }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return {
    type: error.name,
    message: hideValues(error.message, typeof code === 'string' && quotesValues.test(code)),
    code,
    constraint,
    stack: frames.join('\n'),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}

function hideValues(message: string, quotes: boolean): string {
  const withoutPasswords = hidePasswords(message)
  return quotes ? withoutPasswords.replace(quoted, '(hidden)') : withoutPasswords
}
