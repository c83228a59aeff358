import pg from 'pg'
import type { Logger } from '../log.ts'

export interface ControlPoolOptions {
  connectionString: string
  max: number
  /** Shows in pg_stat_activity. */
  applicationName: string
  /**
   * True where a commit need not wait for the disk: what a worker does to its tickets. What
   * must be durable (submit, cancel, finish) turns waiting on again for its own transaction.
   */
  asynchronousCommit?: boolean
  logger: Logger
}

/** A pool of connections to the control database. A caller that waits longer than 5 s for one gets an error. */
export function createControlPool(options: ControlPoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    ...(options.asynchronousCommit ? { options: '-c synchronous_commit=off' } : {}),
  })
  pool.on('error', (error) => options.logger.warn({ err: error }, 'an idle connection to the control database broke'))
  pool.on('connect', (client) =>
    client.on('error', (error) => options.logger.warn({ err: error }, 'a connection to the control database broke')),
  )
  return pool
}
