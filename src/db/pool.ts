import pg from 'pg'
import type { Logger } from '../log.ts'
import { createSocket } from '../wire/socket.ts'
import { boundPool } from './answerBound.ts'
import { keepAlive, sessionSettings } from './client.ts'
import { sessionStart } from './sessionStart.ts'

export interface ControlPoolOptions {
  connectionString: string
  max: number
  /** Shows in pg_stat_activity. */
  applicationName: string
  /** A connection on which an answer is due, and silent for so long, is broken. */
  answerTimeoutMs: number
  /**
   * True where a commit need not wait for the disk: what a worker does to its tickets. What
   * must be durable (submit, cancel, finish) turns waiting on again for its own transaction.
   */
  asynchronousCommit?: boolean
  /** True: idle connections stay open. */
  keepsIdle?: boolean
  logger: Logger
}

/** A caller that waits longer for a connection, or as long as for an answer, gets an error. */
const longestAcquireMs = 5_000

/**
 * A pool of connections to the control database. Nobody waits for ever: not for a connection,
 * nor for an answer on it.
 */
export function createControlPool(options: ControlPoolOptions): pg.Pool {
  const start = sessionStart(options.connectionString, sessionSettings(options.asynchronousCommit ?? false))
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: Math.min(longestAcquireMs, options.answerTimeoutMs),
    idleTimeoutMillis: options.keepsIdle === true ? 0 : 30_000,
    ...keepAlive,
    stream: createSocket,
    ...start.config,
  })
  // pg hangs the client on the error, and with it the key that cancels its statements.
  const bare = (error: Error): Error => Object.assign(error, { client: undefined })
  pool.on('error', (error) =>
    options.logger.warn({ err: bare(error) }, 'an idle connection to the control database broke'),
  )
  pool.on('connect', (client) =>
    client.on('error', (error) =>
      options.logger.warn({ err: bare(error) }, 'a connection to the control database broke'),
    ),
  )
  // Bounds belong to the statements that callers give.
  pool.on('connect', start.onConnect)
  boundPool(pool, options.answerTimeoutMs)
  return pool
}
