import type pg from 'pg'
import type { Logger } from '../log.ts'
import { stillWanted } from '../queries/cancel.ts'
import { isTerminal, type State } from '../queries/states.ts'

/** How often, within the time after which a query is abandoned, it is written that somebody asks about it. */
const notesPerPeriod = 4
/** Notes that are remembered; whoever is forgotten is noted once more than need be. */
const mostNoted = 10_000

/**
 * Writes that clients ask about queries which are canceled when nobody does. For other
 * queries nothing is written, and for these seldom, however often they are asked about.
 */
export class StillWanted {
  readonly #pool: pg.Pool
  readonly #logger: Logger
  readonly #notedAt = new Map<string, number>()

  constructor(pool: pg.Pool, logger: Logger) {
    this.#pool = pool
    this.#logger = logger
  }

  /**
   * Somebody asks about a query, and goes on asking until the function that comes back is called.
   */
  hold(query: { id: string; abandon_after_seconds: number | null; state?: State }): () => void {
    const { id, abandon_after_seconds: seconds, state } = query
    if (seconds === null || (state !== undefined && isTerminal(state))) return () => undefined
    const periodMs = (seconds * 1000) / notesPerPeriod
    this.#note(id, periodMs)
    const timer = setInterval(() => this.#note(id, periodMs), Math.min(periodMs, 2 ** 31 - 1))
    timer.unref()
    return () => clearInterval(timer)
  }

  #note(id: string, periodMs: number): void {
    const now = performance.now()
    // A timer that comes a little early is as good as one that comes in time.
    if (now - (this.#notedAt.get(id) ?? -Infinity) < 0.9 * periodMs) return
    this.#notedAt.delete(id)
    this.#notedAt.set(id, now)
    if (this.#notedAt.size > mostNoted) this.#notedAt.delete(this.#notedAt.keys().next().value!)
    stillWanted(this.#pool, id).catch((error: unknown) => {
      this.#notedAt.delete(id)
      this.#logger.warn({ err: error, queryId: id }, 'could not note that somebody asks about a query')
    })
  }
}
