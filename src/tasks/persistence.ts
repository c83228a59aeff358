import { setTimeout as sleep } from 'node:timers/promises'
import { isConnectionError, isTransient } from '../db/sqlState.ts'
import type { Heart } from './heart/heart.ts'

const firstPauseMs = 50
const longestPauseMs = 1_000

/**
 * Repeats a write of a run until PostgreSQL has answered it, and makes none while the leases
 * of the worker may not be its own. The write must be guarded by the run's lease, so that a
 * second one, where the first did commit, changes nothing.
 *
 * @param signal gives up
 * @throws what PostgreSQL refuses the write with; the signal's reason
 */
export type Persist = <T>(write: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/** @param closing aborted when the worker waits for nothing any more */
export function createPersist(heart: Pick<Heart, 'isTrusted' | 'whenTrusted'>, closing: AbortSignal): Persist {
  return async (write, given) => {
    // Made only where there is something to wait for: it costs more than most writes' own part here.
    const giveUp = (): AbortSignal => (given === undefined ? closing : AbortSignal.any([closing, given]))
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      if (!heart.isTrusted) await heart.whenTrusted(giveUp())
      try {
        return await write()
      } catch (error) {
        if (!isConnectionError(error) && !isTransient(error)) throw error
        const signal = giveUp()
        await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted())
      }
    }
  }
}
