import { useEffect, useSyncExternalStore } from 'react'
import { useQueryClient, type Query as Reading } from '@tanstack/react-query'
import { isAboutServer } from './client.ts'
import type { State } from '../parts/stateBadge.tsx'

/** What the server tells of a query while it happens; see docs/api.md. */
export interface QueryEvent {
  query_id: string
  state: State
  at: string
  attempt: number
  lane: string
  source: string
  worker: string | null
  reason: string | null
  progress?: { rows: number; bytes: number; chunks: number }
}

/**
 * `live`: events come, or the page needs none; `polling`: they do not, so queries are read again by the clock;
 * `stale`: readings fail, so what is shown may be out of date.
 */
export type Liveness = 'live' | 'polling' | 'stale'

/** How a reading is kept up to date: when a query has changed, or by the clock. */
export interface LiveMeta extends Record<string, unknown> {
  live: 'events' | 'clock'
  /** The only query whose changes matter; undefined: every one. */
  about?: string
  /** Whether it matters, too, how far a result has come. */
  progress?: boolean
  /** Seconds between two readings, at least, which is also how old an answer may be; 2 unless said otherwise. */
  every?: number
}

const eventNames = ['queued', 'running', 'progress', 'canceling', 'succeeded', 'failed', 'canceled', 'timed_out']
const tickMs = 250
const usualEverySeconds = 2
/** What was read for another viewer lacks what happened since: up to the time between two readings, and some more on its way. */
const oldestAnswerMs = usualEverySeconds * 1000 + 1_500
/** What happened so long ago has been read. */
const forgetMs = 60_000
/** The stream is closed when nothing shown has needed it for so long. */
const unneededMs = 5_000
/** Seconds between two looks of the server at what is new, unless it knows that something is. */
const streamPath = '/v1/events?interval=3'
const retryMs = 5_000

/** Undefined until it shows. */
let liveness: Liveness | undefined
const livenessListeners = new Set<() => void>()
const eventListeners = new Set<(event: QueryEvent) => void>()

function setLiveness(next: Liveness | undefined): void {
  if (liveness === next) return
  liveness = next
  for (const listener of livenessListeners) listener()
}

/** Whether the page follows what happens; undefined while nothing on it does, or the server refuses its readings. */
export function useLiveness(): Liveness | undefined {
  return useSyncExternalStore(
    (listener) => {
      livenessListeners.add(listener)
      return () => livenessListeners.delete(listener)
    },
    () => liveness,
  )
}

/**
 * Hears every event of a query.
 *
 * @param listener the same function as long as it is to hear
 */
export function useQueryEvents(listener: (event: QueryEvent) => void): void {
  useEffect(() => {
    eventListeners.add(listener)
    return () => void eventListeners.delete(listener)
  }, [listener])
}

/** Keeps what is shown up to date, as long as the component is: one stream of events for the whole page. */
export function useLive(): void {
  const client = useQueryClient()
  useEffect(() => {
    const news = new News()
    let stream: EventStream | undefined
    let neededAt = 0
    const onEvent = (event: QueryEvent): void => {
      news.add(event)
      for (const listener of eventListeners) listener(event)
    }
    const tick = (): void => {
      if (document.visibilityState !== 'visible') return
      const now = Date.now()
      // Every place that shows a reading is asked: the reading itself keeps the options of only one of them.
      const metaOf = ({ observers }: Reading): LiveMeta[] =>
        observers.flatMap(({ options: { meta } }) => (meta?.['live'] === undefined ? [] : [meta as LiveMeta]))
      const followed = client
        .getQueryCache()
        .getAll()
        .filter((reading) => metaOf(reading).length > 0)
      if (followed.some((reading) => metaOf(reading).some(({ live }) => live === 'events'))) {
        neededAt = now
        stream ??= new EventStream(onEvent, () => news.missed())
      } else if (stream !== undefined && now - neededAt > unneededMs) {
        stream.close()
        stream = undefined
      }
      const failures = followed.map(({ state: { error, fetchFailureReason } }) => error ?? fetchFailureReason)
      if (failures.some((failure) => failure !== null && isAboutServer(failure))) {
        setLiveness('stale')
      } else if (stream !== undefined) {
        setLiveness(stream.liveness ?? liveness)
      } else {
        const isUpToDate = followed.length > 0 && followed.every(({ state }) => state.status === 'success')
        setLiveness(isUpToDate ? 'live' : undefined)
      }
      const isStale = (reading: Reading): boolean => {
        const { dataUpdatedAt, errorUpdatedAt, status } = reading.state
        return metaOf(reading).some(
          ({ live, every = usualEverySeconds, ...of }) =>
            now - Math.max(dataUpdatedAt, errorUpdatedAt) >= every * 1000 &&
            (live === 'clock' ||
              stream?.isOpen !== true ||
              status === 'error' ||
              news.at(of) > dataUpdatedAt - oldestAnswerMs),
        )
      }
      void client.invalidateQueries({ predicate: isStale }, { cancelRefetch: false })
    }
    const timer = setInterval(tick, tickMs)
    return () => {
      clearInterval(timer)
      stream?.close()
    }
  }, [client])
}

/** When something last happened that a reading may lack. */
class News {
  readonly #states = new Map<string, number>()
  readonly #progress = new Map<string, number>()
  #last = 0
  #missedAt = 0

  add({ query_id, progress }: QueryEvent): void {
    const now = Date.now()
    if (progress === undefined) this.#last = now
    const times = progress === undefined ? this.#states : this.#progress
    times.delete(query_id)
    times.set(query_id, now)
    for (const [id, at] of times) {
      if (now - at < forgetMs) break
      times.delete(id)
    }
  }

  /** Events were missed: anything may have happened. */
  missed(): void {
    this.#missedAt = Date.now()
  }

  at({ about, progress = false }: Pick<LiveMeta, 'about' | 'progress'>): number {
    if (about === undefined) return Math.max(this.#missedAt, this.#last)
    const grownAt = progress ? this.#progress.get(about) : undefined
    return Math.max(this.#missedAt, this.#states.get(about) ?? 0, grownAt ?? 0)
  }
}

/** The stream of events, opened again whenever it breaks for good. */
class EventStream {
  readonly #onEvent: (event: QueryEvent) => void
  readonly #onOpen: () => void
  #source: EventSource | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #hasFailed = false

  /** @param onOpen called whenever it begins anew: what happened before is not told */
  constructor(onEvent: (event: QueryEvent) => void, onOpen: () => void) {
    this.#onEvent = onEvent
    this.#onOpen = onOpen
    this.#open()
  }

  get isOpen(): boolean {
    return this.#source?.readyState === EventSource.OPEN
  }

  /** Undefined until it shows. */
  get liveness(): Liveness | undefined {
    return this.isOpen ? 'live' : this.#hasFailed ? 'polling' : undefined
  }

  close(): void {
    clearTimeout(this.#retry)
    this.#source?.close()
  }

  #open(): void {
    const source = new EventSource(streamPath)
    this.#source = source
    source.addEventListener('open', () => {
      this.#onOpen()
    })
    source.addEventListener('error', () => {
      this.#hasFailed = true
      // Otherwise the browser itself connects again.
      if (source.readyState === EventSource.CLOSED) this.#retry = setTimeout(() => this.#open(), retryMs)
    })
    for (const name of eventNames) {
      source.addEventListener(name, (message: MessageEvent<string>) =>
        this.#onEvent(JSON.parse(message.data) as QueryEvent),
      )
    }
  }
}
