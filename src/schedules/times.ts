import { Cron } from 'croner'
import { cronMistake } from './cronMistake.ts'
import { offsetAt, transitionBetween, zoneProblem } from './zones.ts'

/** When a schedule fires: by cron fields in a time zone, or every so many seconds from an anchor. */
export interface Timing {
  cron: string | null
  interval_seconds: number | null
  anchor_at: Date
  time_zone: string
}

const nicknames = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/i
const secondMs = 1000
const hourMs = 3_600_000

/** How far the search looks ahead for a change of the clock; no zone changes twice within it. */
const stepMs = 36 * hourMs

/**
 * Why a schedule cannot fire by this timing; undefined: it can.
 *
 * @returns the field that is wrong and a sentence that says what it takes
 */
export function timingProblem(timing: Timing): { path: 'cron' | 'time_zone'; message: string } | undefined {
  const zone = zoneProblem(timing.time_zone)
  if (zone !== undefined) return { path: 'time_zone', message: zone }
  if (timing.cron === null) return undefined
  try {
    if (nextTimes(timing, new Date(), 1).length === 0) {
      return { path: 'cron', message: `${JSON.stringify(timing.cron)} names no time that ever comes` }
    }
    return undefined
  } catch (error) {
    return {
      path: 'cron',
      message: `${JSON.stringify(timing.cron)} is no cron pattern (${cronMistake(error as Error)}). Write five fields: minute, hour, day of month, month, day of week; or six with seconds first; or @daily and the like`,
    }
  }
}

/** Up to `count` nominal times after an instant, in order. */
export function nextTimes(timing: Timing, after: Date, count: number, until?: Date): Date[] {
  const times: Date[] = []
  for (const time of allTimes(timing, after)) {
    if (times.length >= count || (until !== undefined && time > until)) break
    times.push(time)
  }
  return times
}

function* allTimes(timing: Timing, after: Date): Generator<Date> {
  if (timing.cron === null) yield* intervalTimes(timing.anchor_at, timing.interval_seconds!, after)
  else yield* cronTimes(timing.cron, timing.time_zone, after)
}

function* intervalTimes(anchor: Date, seconds: number, after: Date): Generator<Date> {
  const stepsDone = Math.floor((after.getTime() - anchor.getTime()) / (seconds * secondMs))
  for (let n = Math.max(0, stepsDone + 1); ; n++) yield new Date(anchor.getTime() + n * seconds * secondMs)
}

/**
 * The times of a cron pattern. The library finds local times; which instants these are when
 * the clock changes is decided here:
 *
 * - a local time that is skipped fires once, at the first instant after the gap;
 * - a local time that comes twice fires once, the first time;
 * - a pattern for every hour (`*` in the hour field) names no time of day. It goes on through
 *   the hour that comes twice, so that "every 15 minutes" never pauses, and makes nothing up
 *   for an hour that is skipped.
 */
function* cronTimes(pattern: string, zone: string, after: Date): Generator<Date> {
  const cron = compile(pattern)
  const everyHour = isEveryHour(pattern)
  let at = after.getTime()
  for (;;) {
    const time = nextInstant(cron, everyHour, zone, at)
    if (time === undefined) return
    yield new Date(time)
    at = time
  }
}

function nextInstant(cron: Cron, everyHour: boolean, zone: string, after: number): number | undefined {
  let at = after
  for (;;) {
    const offset = offsetAt(zone, at)
    const local = nextLocal(cron, at + offset)
    if (local === undefined) return undefined
    const instant = local - offset
    const probe = Math.min(instant, at + stepMs)
    if (offsetAt(zone, probe) === offset) {
      if (probe < instant) {
        // No local time of the pattern lies before this one, so nothing is jumped over.
        at = Math.max(probe, instant - stepMs)
        continue
      }
      if (everyHour || !cameBefore(zone, instant, local)) return instant
      at = instant
      continue
    }

    const change = transitionBetween(zone, at, probe)
    if (instant < change) {
      if (everyHour || !cameBefore(zone, instant, local)) return instant
      at = instant
      continue
    }
    const offsetAfter = offsetAt(zone, change)
    const localAfter = change + offsetAfter
    if (everyHour) {
      if (nextLocal(cron, localAfter - secondMs) === localAfter) return change
    } else if (offsetAfter > offset && local <= localAfter) {
      // Skipped: whatever lies in the gap fires at its end, as does what the end itself is named by.
      return change
    }
    at = change
  }
}

/** Whether an instant is the second at which its local time comes. */
function cameBefore(zone: string, instant: number, local: number): boolean {
  const earlierOffset = offsetAt(zone, instant - stepMs)
  const earlier = local - earlierOffset
  return earlier < instant && offsetAt(zone, earlier) === earlierOffset
}

/** The next local time after another, both written as if they were UTC. */
function nextLocal(cron: Cron, local: number): number | undefined {
  return cron.nextRun(new Date(local))?.getTime()
}

/** Reading a pattern costs far more than a step of it. */
const compiled = new Map<string, Cron>()
const mostCompiled = 10_000

function compile(pattern: string): Cron {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  if (!nicknames.test(pattern) && /[^\w\s*,/#+?-]/.test(pattern)) {
    throw new Error('it holds a character that no field takes')
  }
  const cron = new Cron(pattern, {
    paused: true,
    utcOffset: 0,
    mode: nicknames.test(pattern) ? 'auto' : '5-or-6-parts',
  })
  if (compiled.size >= mostCompiled) compiled.delete(compiled.keys().next().value!)
  compiled.set(pattern, cron)
  return cron
}

function isEveryHour(pattern: string): boolean {
  const fields = pattern.trim().split(/\s+/)
  if (fields.length === 1) return /^@hourly$/i.test(fields[0]!)
  return /^(\*|\?|\*\/1)$/.test(fields.at(-4)!)
}
