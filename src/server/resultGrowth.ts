import type pg from 'pg'
import type { Logger } from '../log.ts'
import type { Column } from '../arrow/columns.ts'
import { readColumns, readGrowth, type Growth } from '../results/growth.ts'

const pollMs = 100

interface Watcher {
  id: string
  seen: Pick<Growth, 'token' | 'chunks'> | undefined
  resolve: (growth: Growth | undefined) => void
  reject: (error: Error) => void
}

/** Tells how results grow, all that are watched with one read. */
export class ResultGrowth {
  readonly #pool: pg.Pool
  readonly #logger: Logger
  readonly #watchers = new Set<Watcher>()
  #timer: NodeJS.Timeout | undefined
  #reading = false
  #closed = false

  constructor(pool: pg.Pool, logger: Logger) {
    this.#pool = pool
    this.#logger = logger
  }

  /** Number of requests that watch. */
  get size(): number {
    return this.#watchers.size
  }

  /**
   * Waits until a result has grown.
   *
   * @param seen what of it is known; undefined: nothing, so that its first chunk is waited for
   * @param signal aborted when nobody waits any more
   * @returns how far it has grown; undefined if it is there no more
   * @throws the signal's reason, or an error when the server stops
   */
  async next(id: string, seen: Watcher['seen'], signal: AbortSignal): Promise<Growth | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Growth | undefined>()
    const watcher: Watcher = { id, seen, resolve, reject }
    const abort = (): void => reject(new Error('Nobody waits for the result any more', { cause: signal.reason }))
    signal.addEventListener('abort', abort, { once: true })
    this.#watchers.add(watcher)
    if (signal.aborted) abort()
    else if (this.#closed) reject(new Error('The server is stopping'))
    else this.#schedule()
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', abort)
      this.#watchers.delete(watcher)
    }
  }

  /** The columns of a result as they are now; undefined if that run's result is there no more. */
  columns(id: string, token: string): Promise<Column[] | undefined> {
    return readColumns(this.#pool, id, token)
  }

  /** Lets everybody go who still watches. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const { reject } of this.#watchers) reject(new Error('The server is stopping'))
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#reading || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#reading = true
      void this.#look().finally(() => {
        this.#reading = false
        if (this.#watchers.size > 0) this.#schedule()
      })
    }, pollMs)
  }

  async #look(): Promise<void> {
    const watchers = [...this.#watchers]
    if (watchers.length === 0) return
    try {
      const growths = await readGrowth(this.#pool, [...new Set(watchers.map(({ id }) => id))])
      for (const { id, seen, resolve } of watchers) {
        const growth = growths.get(id)
        if (seen === undefined ? growth !== undefined : hasChanged(seen, growth)) resolve(growth)
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'could not read how results grow; it is tried again')
    }
  }
}

function hasChanged(seen: Pick<Growth, 'token' | 'chunks'>, now: Growth | undefined): boolean {
  return now === undefined || now.complete || now.token !== seen.token || now.chunks !== seen.chunks
}
