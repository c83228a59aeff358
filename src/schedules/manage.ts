import type pg from 'pg'
import { refusing } from '../db/refusal.ts'
import { RequestError } from '../errors.ts'
import { fireColumns } from './fires.ts'
import type { BeatRecord, FireRecord, ScheduleRecord, ScheduleSettings } from './schedule.ts'
import { nextTimes, timingProblem, type Timing } from './times.ts'
import { shownTimes, upcomingOf, type Planned } from './upcoming.ts'

const select = `
  select schedules.name, description, cron, interval_seconds, anchor_at, time_zone, tenant, source, lane, sql, params, labels,
    priority, timeout_seconds, queue_timeout_seconds, row_limit::float8, byte_limit::float8, ttl_seconds, max_attempts, webhooks,
    misfire_policy, misfire_grace_seconds, catch_up_limit, overlap_policy, paused, managed, problem, created_at, updated_at,
    settled_until, next_fires, last.fire as last_fire
  from sluice.schedules
  left join lateral (
    select to_jsonb(newest) as fire from (
      select ${fireColumns} from sluice.fires where fires.schedule = schedules.name order by fires.fire_at desc limit 1
    ) newest
  ) last on true`

/** Columns that settings name, in the order of the statements below. */
const columns = [
  'description',
  'cron',
  'interval_seconds',
  'anchor_at',
  'time_zone',
  'source',
  'lane',
  'sql',
  'params',
  'labels',
  'priority',
  'timeout_seconds',
  'queue_timeout_seconds',
  'row_limit',
  'byte_limit',
  'ttl_seconds',
  'max_attempts',
  'webhooks',
  'misfire_policy',
  'misfire_grace_seconds',
  'catch_up_limit',
  'overlap_policy',
  'paused',
  'managed',
] as const satisfies (keyof ScheduleSettings)[]

/** A change of one of these is a change of when it fires. */
const timeColumns = ['cron', 'interval_seconds', 'anchor_at', 'time_zone'] as const

const unset = { cron: null, interval_seconds: null, time_zone: 'UTC' }

/** Every schedule, by name. */
export async function listSchedules(pool: pg.Pool): Promise<ScheduleRecord[]> {
  const { rows } = await pool.query<Row>(`${select} order by schedules.name`)
  return await toRecords(rows)
}

/** One schedule; throws RequestError unknown_schedule. */
export async function getSchedule(pool: pg.Pool, name: string): Promise<ScheduleRecord> {
  const { rows } = await pool.query<Row>(`${select} where schedules.name = $1`, [name])
  return (await toRecords(rows))[0] ?? missing(name)
}

/**
 * Adds a schedule.
 *
 * @throws RequestError schedule_exists, invalid_request for times that never come, or what a submission is refused for
 */
export async function addSchedule(
  pool: pg.Pool,
  tenant: string,
  name: string,
  settings: ScheduleSettings & { sql: string },
): Promise<ScheduleRecord> {
  checkTimes({ ...unset, anchor_at: new Date(), ...given(settings) })
  const set = columns.filter((column) => settings[column] !== undefined)
  await refusing(
    pool.query(
      `select sluice.check_schedule(null,
         jsonb_populate_record(null::sluice.schedules, '{"lane": "default", "source": "default"}'::jsonb || $1))`,
      [JSON.stringify({ ...settings, tenant })],
    ),
  )
  const { rowCount } = await refusing(
    pool.query(
      `insert into sluice.schedules (name, tenant, ${set.join(', ')})
       values ($1, $2, ${set.map((_, i) => `$${i + 3}`).join(', ')}) on conflict (name) do nothing`,
      [name, tenant, ...set.map((column) => toValue(column, settings[column]))],
    ),
  )
  if (rowCount === 0) {
    throw new RequestError('schedule_exists', `There is a schedule ${name} already. Change it, or remove it first.`)
  }
  return await getSchedule(pool, name)
}

/**
 * Changes a schedule. A cron pattern takes the place of an interval, and the other way round.
 * Only what changes is checked, so that one that cannot fire can still be paused or described;
 * its times also when a pause ends.
 *
 * @throws RequestError unknown_schedule, invalid_request for times that never come, or what a submission is refused for
 */
export async function changeSchedule(pool: pg.Pool, name: string, settings: ScheduleSettings): Promise<ScheduleRecord> {
  const before = await getSchedule(pool, name)
  const change = { ...settings }
  if (change.cron != null && change.interval_seconds === undefined) change.interval_seconds = null
  if (change.interval_seconds != null && change.cron === undefined) change.cron = null
  const set = columns.filter((column) => change[column] !== undefined)
  if (set.length === 0) return before
  const after = { ...before, ...given(change) }
  if (timeColumns.some((column) => change[column] !== undefined)) checkTimes(after)
  else if (before.paused && !after.paused) checkResumes(name, after)
  await refusing(
    pool.query(
      `select sluice.check_schedule(schedules, jsonb_populate_record(schedules, $2))
       from sluice.schedules where name = $1`,
      [name, JSON.stringify(change)],
    ),
  )
  const { rowCount } = await refusing(
    pool.query(
      `update sluice.schedules set ${set.map((column, i) => `${column} = $${i + 2}`).join(', ')} where name = $1`,
      [name, ...set.map((column) => toValue(column, change[column]))],
    ),
  )
  return rowCount === 0 ? missing(name) : await getSchedule(pool, name)
}

/** Removes a schedule and its history; throws RequestError unknown_schedule. */
export async function removeSchedule(pool: pg.Pool, name: string): Promise<void> {
  const { rowCount } = await pool.query('delete from sluice.schedules where name = $1', [name])
  if (rowCount === 0) missing(name)
}

/** Who fires schedules now. */
export async function readBeat(pool: pg.Pool): Promise<BeatRecord> {
  const { rows } = await pool.query<BeatRecord>(`
    select worker_id, held_since, heartbeat_at,
      worker_id is not null and heartbeat_at > clock_timestamp() - interval '5 seconds' as alive
    from sluice.beat`)
  return rows[0]!
}

/**
 * The next nominal times of a timing that belongs to no schedule.
 *
 * @throws RequestError invalid_request
 */
export function timesOf({
  after,
  count = shownTimes,
  ...settings
}: Pick<ScheduleSettings, 'cron' | 'interval_seconds' | 'anchor_at' | 'time_zone'> & {
  after?: string | undefined
  count?: number | undefined
}): Date[] {
  const from = after === undefined ? new Date() : new Date(after)
  const timing = checkTimes({ ...unset, anchor_at: from, ...given(settings) })
  return nextTimes(timing, from, count)
}

type Row = Omit<ScheduleRecord, 'next_fires' | 'last_fire'> &
  Planned & {
    /** Its times are text. */
    last_fire: FireRecord | null
  }

async function toRecords(rows: readonly Row[]): Promise<ScheduleRecord[]> {
  const upcoming = await upcomingOf(rows)
  return rows.map(({ settled_until: _, last_fire, ...row }, i) => ({
    ...row,
    next_fires: upcoming[i]!,
    last_fire: last_fire && withDates(last_fire),
  }))
}

function withDates(fire: FireRecord): FireRecord {
  const date = (text: Date | null): Date | null => (text === null ? null : new Date(text))
  return {
    ...fire,
    fire_at: new Date(fire.fire_at),
    decided_at: new Date(fire.decided_at),
    previous_fire_at: date(fire.previous_fire_at),
    finished_at: date(fire.finished_at),
  }
}

type GivenTiming = Omit<Timing, 'anchor_at'> & { anchor_at: string | Date }

/** A pause does not end while the times cannot be told: the answer says why it would not fire. */
function checkResumes(name: string, timing: GivenTiming): void {
  const problem = timingProblem({ ...timing, anchor_at: new Date(timing.anchor_at) })
  if (problem === undefined) return
  throw new RequestError(
    'invalid_request',
    `Schedule ${name} cannot go on. ${problem.path}: ${problem.message}. Change its ${problem.path}; it stays paused until then.`,
  )
}

function checkTimes(timing: GivenTiming): Timing {
  const fail = (path: string, message: string): never => {
    throw new RequestError('invalid_request', `The body is not valid. ${path}: ${message}.`, {
      errors: [{ path, message }],
    })
  }
  if ((timing.cron === null) === (timing.interval_seconds === null)) {
    fail('cron', 'give either cron or interval_seconds')
  }
  const checked = { ...timing, anchor_at: new Date(timing.anchor_at) }
  const problem = timingProblem(checked)
  if (problem !== undefined) fail(problem.path, problem.message)
  return checked
}

/** The settings without those that are undefined. */
function given<T extends object>(settings: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as never
}

const jsonColumns: ReadonlySet<string> = new Set(['params', 'labels'])

function toValue(column: string, value: unknown): unknown {
  return jsonColumns.has(column) ? JSON.stringify(value) : value
}

function missing(name: string): never {
  throw new RequestError('unknown_schedule', `There is no schedule ${name}.`)
}
