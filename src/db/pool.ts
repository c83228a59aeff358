import pg from 'pg'
import type { Logger } from '../log.ts'
import { createSocket } from '../wire/socket.ts'

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

/**
 * Planner settings of every session on the control database. Its hot statements look rows up
 * by key in tables that grow from nothing to millions: the right plan is always the index,
 * row by row, and is chosen once. Left alone, the planner plans every call anew, or keeps
 * scanning a table that was small when the plan was made.
 */
const plannerSettings = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
}

/** Startup options of a session on the control database. */
export function sessionOptions(asynchronousCommit: boolean): string {
  const settings = { ...plannerSettings, ...(asynchronousCommit ? { synchronous_commit: 'off' } : {}) }
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
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
    stream: createSocket,
    options: sessionOptions(options.asynchronousCommit ?? false),
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
  return pool
}
