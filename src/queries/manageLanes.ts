import type pg from 'pg'
import { sqlStateOf } from '../db/sqlState.ts'
import { RequestError } from '../errors.ts'

/** What can be set of a lane; see the comments of sluice.lanes. */
export interface LaneSettings {
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
  max_attempts: number
  s3_above_bytes: number | null
  archive_after_days: number | null
}

/** A lane with its limits and its load now. */
export interface LaneRecord extends LaneSettings {
  name: string
  running: number
  waiting: number
  scheduled: number
  oldest_wait_seconds: number
  slots: number
}

/** Queries that name no lane go there. */
const defaultLane = 'default'

const laneColumns = `
  name, description, lanes.concurrency, lanes.paused, lanes.max_queued, timeout_seconds, max_timeout_seconds,
  queue_timeout_seconds, row_limit::float8, max_row_limit::float8, byte_limit::float8, max_byte_limit::float8,
  ttl_seconds, max_ttl_seconds, max_attempts, s3_above_bytes::float8, archive_after_days, running, waiting::float8, scheduled::float8, oldest_wait_seconds, slots
  from sluice.lanes join sluice.lanes_live on lane = name`

/** Every lane, by name. */
export async function listLanes(pool: pg.Pool): Promise<LaneRecord[]> {
  const { rows } = await pool.query<LaneRecord>(`select ${laneColumns} order by name`)
  return rows
}

/** One lane; throws RequestError unknown_lane. */
export async function getLane(pool: pg.Pool, name: string): Promise<LaneRecord> {
  const { rows } = await pool.query<LaneRecord>(`select ${laneColumns} where name = $1`, [name])
  return rows[0] ?? missing(name)
}

/**
 * Adds a lane; what is not given takes the default of its column.
 *
 * @throws RequestError lane_exists, or invalid_request if the settings contradict each other
 */
export async function addLane(pool: pg.Pool, name: string, settings: Partial<LaneSettings>): Promise<LaneRecord> {
  const given = givenOf(settings)
  const columns = ['name', ...given.map(([column]) => column)]
  const { rowCount } = await explained(
    pool.query(
      `insert into sluice.lanes (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})
       on conflict (name) do nothing`,
      [name, ...given.map(([, value]) => value)],
    ),
  )
  if (rowCount === 0) {
    throw new RequestError('lane_exists', `There is a lane ${name} already. Change it, or choose another name.`)
  }
  return await getLane(pool, name)
}

/**
 * Changes what is given of a lane; it takes effect with the next submission or claim.
 *
 * @throws RequestError unknown_lane, or invalid_request if the settings contradict each other
 */
export async function changeLane(pool: pg.Pool, name: string, settings: Partial<LaneSettings>): Promise<LaneRecord> {
  const given = givenOf(settings)
  if (given.length > 0) {
    const { rowCount } = await explained(
      pool.query(
        `update sluice.lanes set ${given.map(([column], i) => `${column} = $${i + 2}`).join(', ')} where name = $1`,
        [name, ...given.map(([, value]) => value)],
      ),
    )
    if (rowCount === 0) missing(name)
  }
  return await getLane(pool, name)
}

/**
 * Removes a lane in which nothing waits or runs. Its history stays.
 *
 * @throws RequestError unknown_lane, lane_in_use
 */
export async function removeLane(pool: pg.Pool, name: string): Promise<void> {
  if (name === defaultLane) {
    throw new RequestError('lane_in_use', 'Queries that name no lane go to lane default; it cannot be removed.')
  }
  const { rowCount } = await pool.query(
    `delete from sluice.lanes
     where name = $1
       and not exists (select from sluice.queue where lane = $1)
       and not exists (select from sluice.leases where lane = $1)`,
    [name],
  )
  if (rowCount === 1) return
  const { running, waiting, scheduled } = await getLane(pool, name)
  throw new RequestError(
    'lane_in_use',
    `In lane ${name} ${running} queries run and ${waiting + scheduled} wait. Cancel them, or let them end.`,
  )
}

/** Stops or restarts the claiming of a lane's queries; throws RequestError unknown_lane. */
export async function setPaused(pool: pg.Pool, name: string, paused: boolean): Promise<LaneRecord> {
  return await changeLane(pool, name, { paused })
}

function givenOf(settings: Partial<LaneSettings>): [column: string, value: unknown][] {
  return Object.entries(settings).filter(([, value]) => value !== undefined)
}

const contradictions: Record<string, string> = {
  lanes_timeout_within_max: 'timeout_seconds must not be above max_timeout_seconds',
  lanes_ttl_within_max: 'ttl_seconds must not be above max_ttl_seconds',
  lanes_row_limit_within_max: 'row_limit must not be above max_row_limit',
  lanes_byte_limit_within_max: 'byte_limit must not be above max_byte_limit',
}

/** Tells which settings contradict each other; the schema of the request has checked each alone. */
async function explained<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    const contradiction = contradictions[(error as { constraint?: string }).constraint ?? '']
    if (sqlStateOf(error) !== '23514' || contradiction === undefined) throw error
    throw new RequestError('invalid_request', `The lane would contradict itself: ${contradiction}. Set both.`)
  }
}

function missing(name: string): never {
  throw new RequestError('unknown_lane', `There is no lane ${name}.`)
}
