import pg from 'pg'
import { boundAnswers } from './answerBound.ts'
import { sessionStart } from './sessionStart.ts'

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

/** Settings of a session on the control database. */
export function sessionSettings(asynchronousCommit: boolean): Record<string, string> {
  return withVanished({ ...plannerSettings, ...(asynchronousCommit ? { synchronous_commit: 'off' } : {}) })
}

/** These settings, and those that end sessions of hosts that are gone. */
export function withVanished(settings: Readonly<Record<string, string>>): Record<string, string> {
  return { ...settings, ...vanishedSettings }
}

/**
 * A connection of its own to the control database, not connected yet.
 *
 * @param connectTimeoutMs bounds connecting
 * @param answerTimeoutMs after so long without a word a connection on which an answer is due is broken
 * @param settings of the session
 */
export function createControlClient({
  connectionString,
  applicationName,
  connectTimeoutMs,
  answerTimeoutMs,
  settings = {},
}: {
  connectionString: string
  applicationName: string
  connectTimeoutMs: number
  answerTimeoutMs: number
  settings?: Readonly<Record<string, string>>
}): pg.Client {
  const start = sessionStart(connectionString, settings)
  const client = new pg.Client({
    connectionString,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    ...keepAlive,
    ...start.config,
  })
  client.once('connect', () => {
    // Bounds belong to the statements that callers give.
    start.onConnect(client)
    boundAnswers(client, answerTimeoutMs)
  })
  return client
}
