import pg from 'pg'
import type { Logger } from '../log.ts'
import { boundPool } from './answerBound.ts'
import { keepAlive, withVanished } from './client.ts'
import { sessionStart } from './sessionStart.ts'

const statementTimeoutMs = 30_000
/** Longer than a statement may take. */
const answerTimeoutMs = statementTimeoutMs + 5_000
const mostConnections = 2

/** bigint and numeric: what views count in them fits a double. */
const wideNumbers = new Set<number>([pg.types.builtins.INT8, pg.types.builtins.NUMERIC])

/** A day is no moment, and must not become one in some time zone. */
const dateOid: number = pg.types.builtins.DATE

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    wideNumbers.has(oid)
      ? Number
      : oid === dateOid
        ? String
        : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser,
}

/**
 * A small pool of connections for views, statistics and searches. Unlike those of the control
 * pool their statements differ in shape and size, so the planner plans each for itself, and
 * none may run for long.
 */
export function createViewPool(options: {
  connectionString: string
  applicationName: string
  logger: Logger
}): pg.Pool {
  // A view is planned in a moment and read in another; compiling it takes longer than both.
  const settings = withVanished({
    jit: 'off',
    plan_cache_mode: 'force_custom_plan',
    statement_timeout: String(statementTimeoutMs),
  })
  const start = sessionStart(options.connectionString, settings)
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: mostConnections,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    ...keepAlive,
    types,
    ...start.config,
  })
  const bare = (error: Error): Error => Object.assign(error, { client: undefined })
  pool.on('error', (error) => options.logger.warn({ err: bare(error) }, 'an idle connection for views broke'))
  pool.on('connect', (client) =>
    client.on('error', (error) => options.logger.warn({ err: bare(error) }, 'a connection for views broke')),
  )
  // Bounds belong to the statements that callers give.
  pool.on('connect', start.onConnect)
  boundPool(pool, answerTimeoutMs)
  return pool
}
