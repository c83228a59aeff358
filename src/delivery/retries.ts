import type { Answer } from './post.ts'

/** Seconds from one attempt to the next, as the Standard Webhooks specification proposes. */
const delaysSeconds = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
/** A tenth up or down, so that what failed together does not come back together. */
const jitter = 0.1
const longestPauseSeconds = 86_400
const busyStatuses = new Set([429, 502, 503, 504])
/** A receiver that is busy and says not for how long. */
const busyPauseSeconds = 30

/** What follows from an attempt. */
export interface Verdict {
  succeeded: boolean
  /** In how many seconds it is tried again; null: not at all. */
  retrySeconds: number | null
  /** For how many seconds nothing is sent to this webhook; null: others need not wait. */
  pauseSeconds: number | null
  /** The receiver wants nothing more, ever. */
  gone: boolean
  /** Why it failed, in few words. */
  error: string | null
}

/**
 * What follows from an attempt.
 *
 * @param attempt number of this attempt, from 1
 * @param random a number from 0 to 1
 */
export function judge(answer: Answer, attempt: number, random: number): Verdict {
  const { status, retryAfterSeconds } = answer
  if (status !== undefined && status >= 200 && status < 300) {
    return { succeeded: true, retrySeconds: null, pauseSeconds: null, gone: false, error: null }
  }
  const delay = delaysSeconds[attempt - 1]
  const asked = retryAfterSeconds === undefined ? undefined : Math.min(retryAfterSeconds, longestPauseSeconds)
  const isBusy = status !== undefined && busyStatuses.has(status)
  return {
    succeeded: false,
    retrySeconds: delay === undefined ? null : Math.max(delay * (1 - jitter + 2 * jitter * random), asked ?? 0),
    pauseSeconds: isBusy ? (asked ?? busyPauseSeconds) : null,
    gone: status === 410,
    error: answer.error ?? (status === undefined ? 'no answer' : `status ${status}`),
  }
}
