import type pg from 'pg'

/** Sessions at one source that are to be ended there. */
export interface Orphans {
  source: string
  ids: string[]
  backends: { pid: number; startedAt: string }[]
  applicationNames: string[]
}

const mostTaken = 500
const longestPauseSeconds = 60

/**
 * Takes orphans whose time to be tried has come, by source. Others do not see them until
 * their next time: after 1, 2, 4 … at most 60 seconds.
 */
export async function takeOrphans(pool: pg.Pool): Promise<Orphans[]> {
  const { rows } = await pool.query<{
    id: string
    source: string
    pid: number | null
    started_at: string | null
    application_name: string | null
  }>({
    name: 'take_orphans',
    text: `
      update sluice.orphans
      set tries = tries + 1, try_at = clock_timestamp() + make_interval(secs => least(2 ^ least(tries, 10), ${longestPauseSeconds}))
      where id = any (array(
        select id from sluice.orphans where try_at <= clock_timestamp()
        order by try_at limit ${mostTaken} for update skip locked))
      returning id, source, pid, backend_start::text as started_at, application_name`,
  })
  const bySource = new Map<string, Orphans>()
  for (const row of rows) {
    let orphans = bySource.get(row.source)
    if (orphans === undefined) {
      orphans = { source: row.source, ids: [], backends: [], applicationNames: [] }
      bySource.set(row.source, orphans)
    }
    orphans.ids.push(row.id)
    if (row.pid !== null && row.started_at !== null) orphans.backends.push({ pid: row.pid, startedAt: row.started_at })
    if (row.application_name !== null) orphans.applicationNames.push(row.application_name)
  }
  return [...bySource.values()]
}

/** Forgets orphans that are gone. */
export async function forgetOrphans(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  await pool.query('delete from sluice.orphans where id = any ($1::bigint[])', [ids])
}

/** Forgets orphans that could not be ended for a day; how many. */
export async function giveUpOrphans(pool: pg.Pool): Promise<number> {
  const { rowCount } = await pool.query(`delete from sluice.orphans where found_at < now() - interval '1 day'`)
  return rowCount ?? 0
}

/** A session whose end could not be seen, so that others go on looking. */
export interface Orphan {
  workerId: string
  queryId: string
  /** Lease token of the run. */
  token: string
  source: string
  backend: { pid: number; startedAt: string } | undefined
  applicationName: string
}

/** Notes an orphan. If its query is being canceled, it stays so until the orphan is gone. */
export async function noteOrphan(pool: pg.Pool, orphan: Orphan): Promise<void> {
  await pool.query(
    `with orphan as (
       insert into sluice.orphans (worker_id, query_id, source, pid, backend_start, application_name)
       values ($1, $2, $3, $4, $5::timestamptz, $6)
     )
     update sluice.leases set orphaned_at = clock_timestamp()
     where query_id = $2 and token = $7 and orphaned_at is null`,
    [
      orphan.workerId,
      orphan.queryId,
      orphan.source,
      orphan.backend?.pid ?? null,
      orphan.backend?.startedAt ?? null,
      orphan.applicationName,
      orphan.token,
    ],
  )
}
