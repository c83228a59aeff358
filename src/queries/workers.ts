import type pg from 'pg'

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
