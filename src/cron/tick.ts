import type pg from 'pg'
import { isTransient } from '../db/sqlState.ts'
import { decide, type DueSchedule } from '../schedules/decide.ts'
import { fireSchedule, mayBeMore, noteProblem, readDue, releaseFires } from '../schedules/due.ts'
import { timingProblem } from '../schedules/times.ts'

export interface TickOptions {
  /** Called between two transactions; throws to stop the tick. */
  between?: () => Promise<void>
  /** Told of a schedule that could not be fired for now, since somebody holds its row; it is tried again. */
  onHeld?: (schedule: string, error: unknown) => void
  /** Simulated time; undefined: the clock of PostgreSQL. */
  at?: Date
}

/**
 * Fires what is due. Any number of beats may do so at the same time: each nominal time is
 * fired by one of them.
 *
 * @returns whether there is more to do at once
 */
export async function tick(client: pg.ClientBase, { between, onHeld, at }: TickOptions = {}): Promise<boolean> {
  const { now, schedules } = await readDue(client, at)
  let more = mayBeMore(schedules)
  for (const schedule of schedules) {
    await between?.()
    try {
      more = (await fireOne(client, schedule, now)) || more
    } catch (error) {
      if (!isTransient(error)) throw error
      onHeld?.(schedule.name, error)
    }
  }
  await between?.()
  await releaseFires(client, (schedule, error) => onHeld?.(schedule, error))
  return more
}

/** Whether the schedule is still due after that, or was changed meanwhile. */
async function fireOne(client: pg.ClientBase, schedule: DueSchedule, now: Date): Promise<boolean> {
  const problem = timingProblem(schedule)
  if (problem !== undefined) {
    await noteProblem(client, schedule, `${problem.path}: ${problem.message}`)
    return false
  }
  const decision = decide(schedule, now)
  const fired = await fireSchedule(client, schedule, decision)
  return !fired || decision.upcoming[0]! <= now
}
