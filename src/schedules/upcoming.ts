import { setImmediate } from 'node:timers/promises'
import { nextTimes, timingProblem, type Timing } from './times.ts'

/** How many next times of a schedule are shown. */
export const shownTimes = 5

/** What is known of a schedule about its next times. */
export interface Planned extends Timing {
  paused: boolean
  problem: string | null
  settled_until: Date | number
  /** As the beat has planned them; empty until it has seen a change. */
  next_fires: (Date | number | null)[]
}

const mostKept = 10_000
const kept = new Map<string, Date[]>()

/**
 * The next times of schedules: those that the beat has planned, or else worked out. Other work
 * of this process gets its turn between two schedules; what was worked out serves until the
 * first of these times has passed.
 */
export async function upcomingOf(schedules: readonly Planned[]): Promise<Date[][]> {
  const found: Date[][] = []
  for (const schedule of schedules) {
    const planned = plannedOf(schedule)
    found.push(planned ?? workedOut(schedule))
    if (planned === undefined) await setImmediate()
  }
  return found
}

/** Undefined: the beat has not planned enough of them. */
function plannedOf({ paused, problem, next_fires }: Planned): Date[] | undefined {
  if (paused || problem !== null) return []
  const now = Date.now()
  const ahead = next_fires.filter((time) => time instanceof Date && time.getTime() > now && isShowable(time))
  return ahead.length >= shownTimes ? (ahead.slice(0, shownTimes) as Date[]) : undefined
}

function workedOut(schedule: Planned): Date[] {
  const { cron, interval_seconds, anchor_at, time_zone, settled_until } = schedule
  const after = Math.max(Date.now(), settled_until instanceof Date ? settled_until.getTime() : 0)
  const key = JSON.stringify([cron, interval_seconds, anchor_at, time_zone])
  const before = kept.get(key)
  if (before !== undefined && before[0]!.getTime() > after) return before
  // What cannot be told is told by the beat, as its problem; a list is shown all the same.
  if (!(anchor_at instanceof Date) || timingProblem(schedule) !== undefined) return []
  const times = nextTimes(schedule, new Date(after), shownTimes).filter(isShowable)
  kept.delete(key)
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value!)
  if (times.length > 0) kept.set(key, times)
  return times
}

/** Years of more than four digits are no ISO 8601 that every reader knows. */
function isShowable(time: Date): boolean {
  return time.getUTCFullYear() <= 9999
}
