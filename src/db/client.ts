import pg from 'pg'
import { boundAnswers } from './answerBound.ts'

/** TCP asks after a silent connection from then on, every second, and gives it up after ten more. */
const keepAliveDelayMs = 10_000

/** How TCP looks after every connection to the control database. */
export const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: keepAliveDelayMs }

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

/** PostgreSQL ends the session of a process whose host is gone within about 40 s, and frees what it has locked. */
const vanishedSettings = {
  tcp_keepalives_idle: '20',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '4',
  idle_in_transaction_session_timeout: '60s',
}

/** Startup options of a session on the control database. */
export function sessionOptions(asynchronousCommit: boolean): string {
  return asOptions({ ...plannerSettings, ...(asynchronousCommit ? { synchronous_commit: 'off' } : {}) })
}

/** Startup options with these settings, and those that end sessions of hosts that are gone. */
export function asOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries({ ...settings, ...vanishedSettings })
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}

/**
 * A connection of its own to the control database, not connected yet.
 *
 * @param connectTimeoutMs bounds connecting
 * @param answerTimeoutMs after so long without a word a connection on which an answer is due is broken
 * @param options startup options of the session
 */
export function createControlClient({
  connectionString,
  applicationName,
  connectTimeoutMs,
  answerTimeoutMs,
  options,
}: {
  connectionString: string
  applicationName: string
  connectTimeoutMs: number
  answerTimeoutMs: number
  options?: string
}): pg.Client {
  const client = new pg.Client({
    connectionString,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    ...keepAlive,
    ...(options === undefined ? {} : { options }),
  })
  client.once('connect', () => boundAnswers(client, answerTimeoutMs))
  return client
}
