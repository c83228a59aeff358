import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { clientConfig } from './clientConfig.ts'
import { sessionSettings } from './sessionSettings.ts'
import type { Source } from './source.ts'

/** One session of a source. Process ids are used again, so the time of its start belongs to it. */
export interface Backend {
  pid: number
  /** `backend_start` of pg_stat_activity, to the microsecond. */
  startedAt: string
}

/** Sessions of a source that are to end: known ones, and whatever runs under a name. */
export interface Unwanted {
  backends: readonly Backend[]
  /** Values of `application_name`, each of which belongs to one run alone. */
  applicationNames: readonly string[]
}

const queryTimeoutMs = 5_000
const firstPauseMs = 25
const longestPauseMs = 500

/**
 * Ends sessions of a source (pg_terminate_backend) over a session of its own, and looks until
 * none of them is left. Only sessions of the source's role are touched.
 *
 * @param withinMs how long it tries
 * @returns whether all are gone; false: the source could not be asked, or one would not end
 */
export async function endBackends(source: Source, unwanted: Unwanted, withinMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + withinMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    if (await endUntil(source, unwanted, giveUpAt).catch(() => false)) return true
    if (performance.now() + pauseMs >= giveUpAt) return false
    await sleep(pauseMs)
  }
}

/** As {@link endBackends} over one session; throws what breaks it. */
async function endUntil(source: Source, unwanted: Unwanted, giveUpAt: number): Promise<boolean> {
  const client = new pg.Client({
    ...clientConfig(source),
    ...(source.preparedStatements ? { application_name: 'sluice (ending sessions)' } : {}),
    query_timeout: queryTimeoutMs,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const { rows } = await client.query<{ left: number }>(terminateSql, [
        unwanted.backends.map(({ pid }) => pid),
        unwanted.backends.map(({ startedAt }) => startedAt),
        unwanted.applicationNames,
      ])
      if (rows[0]!.left === 0) return true
      if (performance.now() + pauseMs >= giveUpAt) return false
      await sleep(pauseMs)
    }
  } finally {
    await client.end().catch(() => undefined)
  }
}

const terminateSql = `
  select count(pg_catalog.pg_terminate_backend(activity.pid))::integer as left
  from pg_catalog.pg_stat_activity activity
  where activity.usename = session_user and activity.pid <> pg_catalog.pg_backend_pid()
    and (
      exists (
        select from unnest($1::integer[], $2::timestamptz[]) unwanted (pid, backend_start)
        where unwanted.pid = activity.pid and unwanted.backend_start = activity.backend_start)
      or activity.application_name = any ($3::text[]))`

/**
 * The session of a client.
 *
 * @returns `backend`: undefined if the server does not tell; `hasSettings`: false if the startup
 *   options were dropped on the way, as poolers do that are told to
 */
export async function sessionOf(client: pg.Client): Promise<{ backend: Backend | undefined; hasSettings: boolean }> {
  const { rows } = await client.query<{ pid: number; started_at: string | null; lock_timeout: string }>(`
    select pid, backend_start::text as started_at, pg_catalog.current_setting('lock_timeout') as lock_timeout
    from pg_catalog.pg_stat_activity where pid = pg_catalog.pg_backend_pid()`)
  const [row] = rows
  return {
    backend: row?.started_at == null ? undefined : { pid: row.pid, startedAt: row.started_at },
    hasSettings: row === undefined || row.lock_timeout === sessionSettings.lock_timeout,
  }
}
