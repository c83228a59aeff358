import { useEffect, useSyncExternalStore } from 'react'
import { useQueryClient, type Query as Reading } from '@tanstack/react-query'
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

/** `live`: events come; `polling`: they do not, so everything shown is read again every two seconds. */
export type Liveness = 'live' | 'polling'

/** How a reading is kept up to date: when a query has changed, or by the clock. */
export interface LiveMeta extends Record<string, unknown> {
  live: 'events' | 'clock'
  /** The only query whose changes matter; undefined: every one. */
  about?: string
}

const eventNames = ['queued', 'running', 'progress', 'canceling', 'succeeded', 'failed', 'canceled', 'timed_out']
const tickMs = 1_000
/** Ticks between two readings of what only the clock renews, and of all when no events come. */
const ticksPerReading = 2
const retryMs = 5_000

let liveness: Liveness = 'polling'
const livenessListeners = new Set<() => void>()
const eventListeners = new Set<(event: QueryEvent) => void>()

function setLiveness(next: Liveness): void {
  liveness = next
  for (const listener of livenessListeners) listener()
}

/** Whether the page follows events now. */
export function useLiveness(): Liveness {
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
    // Queries of which something happened, and whether one entered another state or events were missed.
    const changed = new Set<string>()
    let isNews = false
    let isGap = false
    let ticks = 0
    const onEvent = (event: QueryEvent): void => {
      changed.add(event.query_id)
      isNews ||= event.progress === undefined
      for (const listener of eventListeners) listener(event)
    }
    const stopEvents = followEvents(onEvent, () => {
      isGap = true
    })
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return
      ticks++
      const isTurn = ticks % ticksPerReading === 0
      const hasChanged = (about: unknown): boolean =>
        isGap || (about === undefined ? isNews : changed.has(about as string))
      const isDue = (meta: Record<string, unknown> | undefined): boolean =>
        meta?.['live'] === 'clock'
          ? isTurn
          : meta?.['live'] === 'events' && (hasChanged(meta['about']) || (isTurn && liveness !== 'live'))
      // Every place that shows a reading is asked: the reading itself keeps the options of only one of them.
      const isStale = ({ observers }: Reading): boolean => observers.some(({ options }) => isDue(options.meta))
      void client.invalidateQueries({ predicate: isStale }, { cancelRefetch: false })
      changed.clear()
      isNews = isGap = false
    }, tickMs)
    return () => {
      clearInterval(timer)
      stopEvents()
    }
  }, [client])
}

/**
 * Opens the stream, again whenever it breaks for good.
 *
 * @param onOpen called whenever it begins anew: what happened before is not told
 * @returns ends it
 */
function followEvents(onEvent: (event: QueryEvent) => void, onOpen: () => void): () => void {
  let retry: ReturnType<typeof setTimeout> | undefined
  let source: EventSource
  const open = (): void => {
    source = new EventSource('/v1/events')
    source.addEventListener('open', () => {
      setLiveness('live')
      onOpen()
    })
    source.addEventListener('error', () => {
      setLiveness('polling')
      // Otherwise the browser itself connects again.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, retryMs)
    })
    for (const name of eventNames) {
      source.addEventListener(name, (message: MessageEvent<string>) => onEvent(JSON.parse(message.data) as QueryEvent))
    }
  }
  open()
  return () => {
    clearTimeout(retry)
    source.close()
    setLiveness('polling')
  }
}
