import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from '../log.ts'
import type { EventPlace } from '../queries/eventPlace.ts'
import { newestPlace, pollEvents, type ProgressEvent, type QueryEvent } from '../queries/events.ts'

/** Unless followers are content with less, all together cost one query a second, and a few more at once after a quiet time. */
const usualPollMs = 1_000
const mostInReserve = 3
const mostPerPoll = 2_000
/** A follower that is so many events behind is let go; it can resume where it was. */
const mostQueued = 20_000

/** What followers get: a state that a query entered, or how far its result has come. */
export type FeedItem = ({ kind: 'event' } & QueryEvent) | ({ kind: 'progress' } & ProgressEvent)

/** What one reading brought. */
export interface Batch {
  items: readonly FeedItem[]
  /** Where the feed was after it: numbers that are missing there may still come, others below it never do. */
  place: EventPlace
}

/** Reads what one follower gets; to be left when it goes. */
export interface Follower {
  /** What is new, in order; 'idle' after `idleMs`, 'too_slow' if it did not keep up, 'over' if it or the feed stops. */
  next(idleMs: number, signal: AbortSignal): Promise<Batch | 'idle' | 'too_slow' | 'over'>
  leave(): void
}

interface Queue {
  batches: Batch[]
  /** Items in them. */
  size: number
  wake: () => void
  isLate: boolean
  pollMs: number
}

/**
 * New events of all queries, read once for all followers of this server, and only while
 * there are any.
 */
export class EventFeed {
  readonly #pool: pg.Pool
  readonly #logger: Logger
  readonly #queues = new Set<Queue>()
  readonly #closing = new AbortController()
  #place: EventPlace | undefined
  #writers: string[] | null = null
  /** Those who join at the same time find the place together. */
  #finding: Promise<void> | undefined
  #running: Promise<void> | undefined
  /** Looks that could come before their time, when one was last counted. */
  #reserve = mostInReserve
  #reservedAt = performance.now()
  #isHurried = false
  #wake = new AbortController()
  #progress = new Map<string, string>()

  constructor(pool: pg.Pool, logger: Logger) {
    this.#pool = pool
    this.#logger = logger
  }

  /**
   * Joins; what happens from now on is among what it gets, and perhaps some of what happened before.
   *
   * @param pollMs the time from one look to the next that is enough for it
   */
  async join(pollMs = usualPollMs): Promise<{ follower: Follower; place: EventPlace }> {
    const queue: Queue = { batches: [], size: 0, wake: () => undefined, isLate: false, pollMs }
    this.#queues.add(queue)
    this.#wake.abort()
    try {
      if (this.#place === undefined)
        await (this.#finding ??= this.#findPlace().finally(() => (this.#finding = undefined)))
    } catch (error) {
      this.#queues.delete(queue)
      throw error
    }
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
    return { follower: this.#followerOf(queue), place: this.#place!.clone() }
  }

  /** Aborted when the server stops. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Says that something has happened, so that the feed looks now if it may. */
  hint(): void {
    if (this.#queues.size === 0 || this.#earned() < 1) return
    this.#isHurried = true
    this.#wake.abort()
  }

  /** Lets every follower go. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#wake.abort()
    for (const queue of this.#queues) queue.wake()
    await this.#running
  }

  #followerOf(queue: Queue): Follower {
    return {
      next: async (idleMs, signal) => {
        const isOver = (): boolean => this.#closing.signal.aborted || signal.aborted
        if (queue.batches.length === 0 && !queue.isLate && !isOver()) {
          const { promise, resolve } = Promise.withResolvers<void>()
          queue.wake = resolve
          const timer = setTimeout(resolve, idleMs)
          signal.addEventListener('abort', queue.wake, { once: true })
          await promise
          clearTimeout(timer)
          signal.removeEventListener('abort', queue.wake)
        }
        if (isOver()) return 'over'
        if (queue.isLate) return 'too_slow'
        const batch = queue.batches.shift()
        queue.size -= batch?.items.length ?? 0
        return batch ?? 'idle'
      },
      leave: () => {
        this.#queues.delete(queue)
        this.#wake.abort()
      },
    }
  }

  /** From one look to the next: what is enough for all who follow. */
  get #pollMs(): number {
    return this.#queues.size === 0 ? usualPollMs : Math.min(...[...this.#queues].map(({ pollMs }) => pollMs))
  }

  /** Looks that may come before their time: one more with each that was not made. */
  #earned(): number {
    return Math.min(mostInReserve, this.#reserve + (performance.now() - this.#reservedAt) / this.#pollMs)
  }

  async #findPlace(): Promise<void> {
    const { place, writers } = await newestPlace(this.#pool)
    ;[this.#place, this.#writers] = [place, writers]
  }

  async #run(): Promise<void> {
    while (this.#queues.size > 0 && !this.#closing.signal.aborted) {
      const lookedAt = performance.now()
      this.#reserve = Math.max(0, this.#earned() - 1)
      this.#reservedAt = lookedAt
      await this.#poll().catch((error: unknown) =>
        this.#logger.warn({ err: error }, 'could not read new events; it is tried again'),
      )
      await this.#pause(lookedAt)
    }
    // What was passed over while nobody followed is found anew.
    this.#place = undefined
    this.#progress.clear()
  }

  /** Until it is time for the next look, or something has happened; who joins or leaves may change that time. */
  async #pause(lookedAt: number): Promise<void> {
    for (;;) {
      const leftMs = lookedAt + this.#pollMs - performance.now()
      if (this.#isHurried || leftMs <= 0 || this.#closing.signal.aborted) break
      await sleep(leftMs, undefined, { signal: this.#wake.signal }).catch(() => undefined)
      if (this.#wake.signal.aborted) this.#wake = new AbortController()
    }
    this.#isHurried = false
  }

  async #poll(): Promise<void> {
    let more = true
    while (more) {
      const next = await pollEvents(this.#pool, this.#place!, this.#writers, mostPerPoll, true)
      this.#place = next.place
      this.#writers = next.writers
      more = next.events.length >= mostPerPoll
      const events = next.events.map(asItem)
      this.#tell(events.concat(more ? [] : this.#grown(next.progress)))
    }
  }

  /** The results that have grown since they were last looked at. */
  #grown(progress: ProgressEvent[]): FeedItem[] {
    const before = this.#progress
    this.#progress = new Map(progress.map((each) => [each.query_id, `${each.attempt} ${each.chunks} ${each.rows}`]))
    return progress
      .filter(({ query_id }) => before.get(query_id) !== this.#progress.get(query_id))
      .map((each): FeedItem => Object.assign(each, { kind: 'progress' as const }))
  }

  #tell(items: FeedItem[]): void {
    if (items.length === 0) return
    const batch = { items, place: this.#place! }
    for (const queue of this.#queues) {
      if (queue.isLate) continue
      queue.isLate = queue.size + items.length > mostQueued
      if (queue.isLate) queue.batches = []
      else queue.batches.push(batch)
      queue.size += items.length
      queue.wake()
    }
  }
}

/** An event as followers get it. */
export function asItem(event: QueryEvent): FeedItem {
  return Object.assign(event, { kind: 'event' as const })
}
