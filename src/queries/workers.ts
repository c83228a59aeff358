import type pg from 'pg'
import { RequestError } from '../errors.ts'

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
}

/** Makes a worker known. */
export async function registerWorker(pool: pg.Pool, worker: WorkerIdentity): Promise<void> {
  await pool.query(
    `insert into sluice.workers (id, host, pid, version, lanes, slots, pool_id) values ($1, $2, $3, $4, $5, $6, $7)`,
    [worker.id, worker.host, worker.pid, worker.version, worker.lanes, worker.slots, worker.poolId],
  )
}

/** Says that a worker is alive; false if it has been declared dead. */
export async function heartbeat(pool: pg.Pool, workerId: string): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'heartbeat',
    text: `update sluice.workers set heartbeat_at = clock_timestamp() where id = $1 and stopped_at is null`,
    values: [workerId],
  })
  return rowCount === 1
}

/** Marks a worker as draining: it claims no more. */
export async function markDraining(pool: pg.Pool, workerId: string): Promise<void> {
  await pool.query(`update sluice.workers set draining = true where id = $1`, [workerId])
}

/** Marks a worker as stopped. */
export async function markStopped(pool: pg.Pool, workerId: string): Promise<void> {
  await pool.query(`update sluice.workers set stopped_at = clock_timestamp() where id = $1 and stopped_at is null`, [
    workerId,
  ])
}

/** Takes queries away from workers that are no longer heard of, and ends those that waited too long; how many. */
export async function reap(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ reaped: number }>({
    name: 'reap',
    text: 'select sluice.reap() + sluice.time_out_queued() as reaped',
  })
  return rows[0]!.reaped
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
}

const workerColumns = `
  id, host, pid, version, status, slots, busy, lanes, rss_bytes::float8, started_at, heartbeat_at,
  heartbeat_age_seconds, stopped_at
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
