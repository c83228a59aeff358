import type pg from 'pg'
import { RequestError } from '../errors.ts'

/** Names of all lanes. */
export async function laneNames(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>('select name from sluice.lanes order by name')
  return rows.map((row) => row.name)
}

/**
 * Sends workers to look at lanes in which something has waited for a while: the back-stop
 * for a ticket that was lost.
 */
export async function wakeStaleLanes(pool: pg.Pool): Promise<void> {
  await pool.query({
    name: 'wake_stale_lanes',
    text: `
      select sluice.add_ticket(lanes.name)
      from sluice.lanes
      where not lanes.paused
        and exists (
          select from sluice.queue join sluice.queries on queries.id = queue.query_id
          where queue.lane = lanes.name and (queue.run_at is null or queue.run_at < now() - interval '2 seconds')
            and queries.submitted_at < now() - interval '2 seconds')
        and (select count(*) from sluice.leases where leases.lane = lanes.name) < lanes.concurrency`,
  })
}

/** Sends a worker to look at a lane, after a slot has had its turn there. */
export async function addTicket(pool: pg.Pool, lane: string): Promise<void> {
  await pool.query({ name: 'add_ticket', text: `select sluice.add_ticket($1, origin => 'turn')`, values: [lane] })
}

/** A lane with its limits. */
export interface LaneRecord {
  name: string
  description: string
  concurrency: number
  paused: boolean
  max_queued: number
  timeout_seconds: number
  max_timeout_seconds: number
  queue_timeout_seconds: number | null
  row_limit: number | null
  max_row_limit: number | null
  byte_limit: number | null
  max_byte_limit: number | null
  ttl_seconds: number
  max_ttl_seconds: number
}

/** Every lane, by name. */
export async function listLanes(pool: pg.Pool): Promise<LaneRecord[]> {
  const { rows } = await pool.query<LaneRecord>(`
    select name, description, concurrency, paused, max_queued, timeout_seconds, max_timeout_seconds,
      queue_timeout_seconds, row_limit::float8, max_row_limit::float8, byte_limit::float8, max_byte_limit::float8,
      ttl_seconds, max_ttl_seconds
    from sluice.lanes order by name`)
  return rows
}

/** Stops or restarts the claiming of a lane's queries; throws RequestError unknown_lane. */
export async function setPaused(pool: pg.Pool, lane: string, paused: boolean): Promise<LaneRecord> {
  const record = (await listLanes(pool)).find(({ name }) => name === lane)
  if (record === undefined) throw new RequestError('unknown_lane', `There is no lane ${lane}.`)
  await pool.query(paused ? 'select sluice.pause_lane($1)' : 'select sluice.resume_lane($1)', [lane])
  return { ...record, paused }
}
