import type pg from 'pg'
import { isConnectionError } from '../db/sqlState.ts'
import type { Decision, DueSchedule } from './decide.ts'

/** Something that runs statements: a connection or a pool. */
type Queryable = Pick<pg.ClientBase, 'query'>

const mostPerTick = 200

/**
 * Schedules that are due or not planned yet, the longest due first, and the time by which
 * that was judged: the clock of PostgreSQL, or a simulated one.
 */
export async function readDue(db: Queryable, at?: Date): Promise<{ now: Date; schedules: DueSchedule[] }> {
  const { rows } = await db.query<{ now: Date } & (DueSchedule | { name: null })>({
    name: 'read_due',
    text: `
      select clock.now, s.name, s.version, s.settled_until, s.cron, s.interval_seconds, s.anchor_at, s.time_zone,
        s.misfire_policy, s.misfire_grace_seconds, s.catch_up_limit
      from (select coalesce($1, clock_timestamp()) as now) clock
      left join lateral (
        select * from sluice.schedules
        where not paused and problem is null and (next_fires[1] is null or next_fires[1] <= clock.now)
        order by next_fires[1] nulls first
        limit ${mostPerTick}
      ) s on true`,
    values: [at ?? null],
  })
  return { now: rows[0]!.now, schedules: rows.filter((row) => row.name !== null) }
}

/** Whether there may be more due schedules than {@link readDue} gave. */
export function mayBeMore(schedules: readonly DueSchedule[]): boolean {
  return schedules.length === mostPerTick
}

/**
 * Carries a decision out, in one transaction with the submissions.
 *
 * @returns false: the schedule has changed since it was read, or another beat was first
 */
export async function fireSchedule(db: Queryable, schedule: DueSchedule, decision: Decision): Promise<boolean> {
  const { rows } = await db.query<{ fired: boolean }>({
    name: 'fire_schedule',
    text: 'select sluice.fire_schedule($1, $2, $3, $4::jsonb, $5, $6) as fired',
    values: [
      schedule.name,
      schedule.version,
      schedule.settled_until,
      JSON.stringify(decision.fires),
      decision.settlesUntil,
      decision.upcoming,
    ],
  })
  return rows[0]!.fired
}

/** Notes why a schedule cannot fire; it is left alone until somebody changes it. */
export async function noteProblem(db: Queryable, schedule: DueSchedule, problem: string): Promise<void> {
  await db.query(`update sluice.schedules set problem = $3, next_fires = '{}' where name = $1 and version = $2`, [
    schedule.name,
    schedule.version,
    problem,
  ])
}

/**
 * Milliseconds until the next schedule is due, by the clock of PostgreSQL; Infinity: none is planned.
 *
 * @param held schedules that are left out, since they could not be fired just now
 */
export async function nextDue(db: Queryable, held: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ ms: number | null }>({
    name: 'next_due',
    text: `
      select ceil(extract(epoch from min(next_fires[1]) - clock_timestamp()) * 1000)::float8 as ms
      from sluice.schedules where not paused and problem is null and name <> all ($1::text[])`,
    values: [held],
  })
  return rows[0]!.ms ?? Infinity
}

/**
 * Notes which queries of schedules have ended, and submits the fires that waited for that.
 *
 * @param between called between two transactions
 * @param onHeld told of a schedule whose fires could not be submitted for now
 * @returns whether there may be more to submit at once
 */
export async function releaseFires(
  db: Queryable,
  {
    between,
    onHeld,
  }: {
    between?: (() => Promise<void>) | undefined
    onHeld?: ((schedule: string, error: unknown) => void) | undefined
  },
): Promise<boolean> {
  await db.query({ name: 'settle_fires', text: 'select sluice.settle_fires()' })
  const { rows } = await db.query<{ schedule: string }>({
    name: 'waiting_schedules',
    text: `
      select distinct schedule from sluice.fires join sluice.schedules on schedules.name = fires.schedule
      where outcome = 'waiting' and not schedules.paused`,
  })
  let more = false
  for (const { schedule } of rows) {
    await between?.()
    try {
      const { rows: released } = await db.query<{ fires: number }>({
        name: 'release_fires',
        text: 'select sluice.release_fires($1) as fires',
        values: [schedule],
      })
      // One transaction releases some of them only; the next look finds out whether it was all.
      more ||= released[0]!.fires > 0
    } catch (error) {
      if (isConnectionError(error)) throw error
      onHeld?.(schedule, error)
    }
  }
  return more
}
