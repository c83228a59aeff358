import { setTimeout as sleep } from 'node:timers/promises'

/** Something did not come about in time. */
export class NotInTime extends Error {
  override name = 'NotInTime'
}

/**
 * Waits until something holds; an error on the way counts as "not yet".
 *
 * @returns how long it took
 * @throws NotInTime
 */
export async function until(
  what: string,
  withinMs: number,
  holds: () => boolean | Promise<boolean>,
  everyMs = 50,
): Promise<number> {
  const startedAt = performance.now()
  let last: unknown
  for (;;) {
    try {
      if (await holds()) return performance.now() - startedAt
      last = undefined
    } catch (error) {
      last = error
    }
    if (performance.now() - startedAt > withinMs) {
      throw new NotInTime(`Not within ${withinMs} ms: ${what}`, { cause: last })
    }
    await sleep(everyMs)
  }
}
