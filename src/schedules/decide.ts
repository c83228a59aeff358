import type { misfirePolicies } from './schedule.ts'
import { nextTimes, type Timing } from './times.ts'

/** A schedule that is due, as the beat reads it. */
export interface DueSchedule extends Timing {
  name: string
  version: number
  /** Every nominal time up to here has been dealt with. */
  settled_until: Date
  misfire_policy: (typeof misfirePolicies)[number]
  misfire_grace_seconds: number
  catch_up_limit: number
}

/** What `sluice.fire_schedule` takes: a fire, or with `late` the note that it was left out. */
export interface DecidedFire {
  fire_at: Date
  /** Nominal times just before it that are left out. */
  missed: number
  late: boolean
}

/** What a schedule is to do now. */
export interface Decision {
  fires: DecidedFire[]
  settlesUntil: Date
  /** Nominal times after that; empty: it never fires again. */
  upcoming: Date[]
}

/** Most nominal times that one decision settles; the next decision goes on from there. */
const mostPerDecision = 1000
/** Most fires of one decision, which one transaction submits: a beat says between two that it lives. */
const mostFires = 25
const shownTimes = 5

/**
 * What a schedule does about the nominal times that have come since it was settled. A long
 * absence of the beat is worked off in several decisions; what is still to do is due at once.
 */
export function decide(schedule: DueSchedule, now: Date): Decision {
  const { misfire_policy, catch_up_limit } = schedule
  const graceStart = now.getTime() - schedule.misfire_grace_seconds * 1000
  const times = nextTimes(schedule, schedule.settled_until, mostPerDecision + catch_up_limit, now)
  const isWhole = times.length < mostPerDecision + catch_up_limit
  const late = times.filter((time) => time.getTime() < graceStart)

  if (!isWhole && late.length === times.length) {
    // At least as many late ones follow as any policy makes up for, so none of these is among them.
    const left = late.slice(0, mostPerDecision)
    return conclude(schedule, [leftOut(left)], left.at(-1)!)
  }
  const onTime = times.slice(late.length)
  const made =
    misfire_policy === 'all'
      ? late.slice(-catch_up_limit)
      : misfire_policy === 'one' && onTime.length === 0
        ? late.slice(-1)
        : []
  const missed = late.slice(0, late.length - made.length)
  const fires = [...made, ...onTime].map((time, i) => ({
    fire_at: time,
    missed: i === 0 ? missed.length : 0,
    late: false,
  }))
  if (fires.length === 0 && missed.length > 0) fires.push(leftOut(missed))
  return conclude(schedule, fires, times.at(-1) ?? schedule.settled_until)
}

function leftOut(times: readonly Date[]): DecidedFire {
  return { fire_at: times.at(-1)!, missed: times.length - 1, late: true }
}

function conclude(schedule: DueSchedule, all: DecidedFire[], settlesAll: Date): Decision {
  const fires = all.slice(0, mostFires)
  const settlesUntil = fires.length < all.length ? fires.at(-1)!.fire_at : settlesAll
  return { fires, settlesUntil, upcoming: nextTimes(schedule, settlesUntil, shownTimes) }
}
