import type pg from 'pg'
import { isConnectionError, sqlStateOf } from '../db/sqlState.ts'
import { decide, type DueSchedule } from '../schedules/decide.ts'
import { fireSchedule, mayBeMore, noteProblem, readDue, releaseFires } from '../schedules/due.ts'
import { timingProblem } from '../schedules/times.ts'

export interface TickOptions {
  /** Called between two transactions; throws to stop the tick. */
  between?: () => Promise<void>
  /** Told of a schedule that could not be fired for now, say since somebody holds its row; it is tried again. */
  onHeld?: (schedule: string, error: unknown) => void
  /** Told of a schedule that cannot be fired as it is; it is left alone until somebody changes it. */
  onProblem?: (schedule: string, error: unknown) => void
  /** Simulated time; undefined: the clock of PostgreSQL. */
  at?: Date
}

/**
 * Fires what is due. Any number of beats may do so at the same time: each nominal time is
 * fired by one of them. What is wrong with one schedule keeps no other back.
 *
 * @returns whether there is more to do at once
 * @throws when the connection is lost
 */
export async function tick(client: pg.ClientBase, options: TickOptions = {}): Promise<boolean> {
  const { between, onHeld, at } = options
  const { now, schedules } = await readDue(client, at)
  let more = mayBeMore(schedules)
  for (const schedule of schedules) {
    await between?.()
    try {
      more = (await fireOne(client, schedule, now)) || more
    } catch (error) {
      await setAside(client, schedule, error, options)
    }
  }
  await between?.()
  return (await releaseFires(client, { between, onHeld })) || more
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

async function setAside(
  client: pg.ClientBase,
  schedule: DueSchedule,
  error: unknown,
  { onHeld, onProblem }: TickOptions,
): Promise<void> {
  if (isConnectionError(error)) throw error
  if (!isOfTheSchedule(error)) return onHeld?.(schedule.name, error)
  onProblem?.(schedule.name, error)
  try {
    await noteProblem(client, schedule, `It cannot be fired: ${(error as Error).message}`)
  } catch (failure) {
    if (isConnectionError(failure)) throw failure
    onHeld?.(schedule.name, failure)
  }
}

/** Whether an error comes from what the schedule's row holds, rather than from the state of PostgreSQL. */
function isOfTheSchedule(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === undefined || state.startsWith('22') || state.startsWith('23')
}
