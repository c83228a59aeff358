import { pino, type Logger } from 'pino'
import type { Config } from './config.ts'

export type { Logger }

/**
 * The process's logger: JSON lines on standard error, so that standard output stays free for
 * results. SQL, parameters and credentials are never logged.
 */
export function createLogger(config: Pick<Config, 'logLevel'>, name: string): Logger {
  return pino(
    {
      name,
      level: config.logLevel,
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
