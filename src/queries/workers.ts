import type pg from 'pg'
import { longStatement } from '../db/answerBound.ts'
import { RequestError } from '../errors.ts'

/** A pool, or one connection. */
type Queryable = Pick<pg.ClientBase, 'query'>

/** A worker process, as it shows itself in sluice.workers. */
export interface WorkerIdentity {
  id: string
  host: string
  pid: number
  version: string
  /** Lanes that it serves; null: all. */
  lanes: string[] | null
  slots: number
  /** The graphile-worker pool whose jobs are to be freed if the worker dies. */
  poolId: string
  /** Silent for so long it is declared dead. */
  leaseSeconds: number
  /** The process that starts another when this one ends; undefined: there is none. */
  supervisorPid?: number | undefined
}

/** Makes a worker known. */
export async function registerWorker(db: Queryable, worker: WorkerIdentity): Promise<void> {
  await db.query(
    `insert into sluice.workers (id, host, pid, version, lanes, slots, pool_id, lease_seconds, supervisor_pid)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      worker.id,
      worker.host,
      worker.pid,
      worker.version,
      worker.lanes,
      worker.slots,
      worker.poolId,
      worker.leaseSeconds,
      worker.supervisorPid ?? null,
    ],
  )
}

/** A session of a worker at a source. */
export interface SourceSession {
  source: string
  pid: number
  /** To the microsecond. */
  startedAt: string
}

/** What a heartbeat says besides that the worker lives. */
export interface Pulse {
  rssBytes: number
  /** What the process counted of itself; undefined: as before. */
  stats?: object | undefined
  /** Its sessions at sources; undefined: as before. */
  sessions?: readonly SourceSession[] | undefined
}

/**
 * Says that a worker is alive.
 *
 * @returns what is wanted of it; `declaredDead`: its queries have been taken away
 */
export async function heartbeat(
  db: Queryable,
  workerId: string,
  { rssBytes, stats, sessions }: Pulse,
): Promise<'go on' | 'drain' | 'declared dead'> {
  const { rows } = await db.query<{ draining: boolean }>({
    name: 'heartbeat',
    text: `
      update sluice.workers
      set heartbeat_at = clock_timestamp(), rss_bytes = $2,
        stats = coalesce($3::jsonb, stats), sessions = coalesce($4::jsonb, sessions)
      where id = $1 and stopped_at is null
      returning draining`,
    values: [
      workerId,
      rssBytes,
      stats === undefined ? null : JSON.stringify(stats),
      sessions === undefined
        ? null
        : JSON.stringify(sessions.map(({ source, pid, startedAt }) => ({ source, pid, started_at: startedAt }))),
    ],
  })
  if (rows.length === 0) return 'declared dead'
  return rows[0]!.draining ? 'drain' : 'go on'
}

/**
 * Marks a worker as draining: it claims no more.
 *
 * @param reason why, in words; one that stands there already stays
 */
export async function markDraining(db: Queryable, workerId: string, reason: string): Promise<void> {
  await db.query(`update sluice.workers set draining = true, drain_reason = coalesce(drain_reason, $2) where id = $1`, [
    workerId,
    reason,
  ])
}

/**
 * Marks a worker as stopped, and frees tickets that it could not give back while the control
 * database was away.
 *
 * @param leavesSessions true: its sessions at sources may go on, and others are to end them
 */
export async function markStopped(db: Queryable, workerId: string, leavesSessions = false): Promise<void> {
  await db.query(
    `with stopped as (
       update sluice.workers set stopped_at = clock_timestamp(), sessions = case when $2 then sessions else '[]' end
       where id = $1 and stopped_at is null
       returning pool_id
     )
     select graphile_worker.force_unlock_workers(array_agg(pool_id)) from stopped`,
    [workerId, leavesSessions],
  )
  await db.query('select sluice.remove_spent_tickets()')
}

/** Takes queries away from workers that are no longer heard of, and runs that nobody ends; how many. */
export async function reap(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ reaped: number }>(
    longStatement({ name: 'reap', text: 'select sluice.reap() as reaped' }),
  )
  return rows[0]!.reaped
}

/** Ends queries that waited longer than their queue_timeout_seconds; how many. */
export async function timeOutQueued(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ ended: number }>(
    longStatement({ name: 'time_out_queued', text: 'select sluice.time_out_queued() as ended' }),
  )
  return rows[0]!.ended
}

/** Cancels queries that nobody has asked about for their abandon_after_seconds; how many. */
export async function cancelAbandoned(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ canceled: number }>(
    longStatement({ name: 'cancel_abandoned', text: 'select sluice.cancel_abandoned() as canceled' }),
  )
  return rows[0]!.canceled
}

/** A worker as sluice.workers_live shows it. */
export interface WorkerRecord {
  id: string
  host: string
  pid: number
  version: string
  status: 'alive' | 'draining' | 'silent' | 'stopped'
  slots: number
  busy: number
  lanes: string[]
  rss_bytes: number | null
  started_at: Date
  heartbeat_at: Date
  heartbeat_age_seconds: number
  stopped_at: Date | null
  supervisor_pid: number | null
  drain_reason: string | null
}

const workerColumns = `
  id, host, pid, version, status, slots, busy, lanes, rss_bytes::float8, started_at, heartbeat_at,
  heartbeat_age_seconds, stopped_at, supervisor_pid, drain_reason
  from sluice.workers_live`

/** Workers that have not stopped, or did within a day; those that live first, then by age. */
export async function listWorkers(pool: pg.Pool): Promise<WorkerRecord[]> {
  const { rows } = await pool.query<WorkerRecord>(
    `select ${workerColumns} order by stopped_at desc nulls first, started_at, id`,
  )
  return rows
}

/** One worker; throws RequestError unknown_worker. */
export async function getWorker(pool: pg.Pool, id: string): Promise<WorkerRecord> {
  const { rows } = await pool.query<WorkerRecord>(`select ${workerColumns} where id = $1`, [id])
  return rows[0] ?? missing(id)
}

/** Lets a worker claim nothing more and stop once its queries have ended; throws RequestError unknown_worker. */
export async function drainWorker(pool: pg.Pool, id: string): Promise<WorkerRecord> {
  const worker = await getWorker(pool, id)
  if (worker.stopped_at !== null) throw new RequestError('unknown_worker', `Worker ${id} has stopped.`)
  await pool.query('select sluice.drain_worker($1)', [id])
  return await getWorker(pool, id)
}

function missing(id: string): never {
  throw new RequestError('unknown_worker', `There is no worker ${id}.`)
}
