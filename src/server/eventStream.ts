import { RequestError } from '../errors.ts'
import type { EventPlace } from '../queries/eventPlace.ts'
import { eventsOfQuery, pollEvents } from '../queries/events.ts'
import { isTerminal, type State } from '../queries/states.ts'
import { asItem, type Batch, type FeedItem, type Follower } from './eventFeed.ts'
import type { Services } from './services.ts'

/** So long nothing may happen before a sign of life is sent, with the place that has been reached. */
const idleMs = 15_000
const mostPerPage = 1_000

/** A message to a client; without an event it says only that the stream lives, and how far it has come. */
export interface StreamMessage {
  id: string
  event?: State | 'progress' | 'too_slow'
  data?: object
}

/** Which events of all queries a client wants; undefined: any. */
export interface EventFilter {
  states?: readonly string[] | undefined
  lane?: string | undefined
  source?: string | undefined
  labels?: Record<string, string> | undefined
}

/** What a client follows. */
export interface Followed {
  filter: EventFilter
  /** After this place; undefined: from now on. */
  from: EventPlace | undefined
  /** Time from one look to the next that is enough for it; undefined: as usual. */
  pollMs: number | undefined
}

/**
 * The events of a tenant's queries.
 *
 * @param gone aborted when the client has gone
 */
export async function* allEvents(
  { pool, feed }: Services,
  tenant: string,
  { filter, from, pollMs }: Followed,
  gone: AbortSignal,
): AsyncGenerator<StreamMessage[]> {
  const { follower, place: now } = await feed.join(pollMs)
  const place = from ?? now
  const wanted = (items: readonly FeedItem[]): StreamMessage[] =>
    items.flatMap((item) => {
      if (item.kind === 'event') {
        if (!place.isNew(item.id)) return []
        place.take(item.id)
      }
      return matches(item, tenant, filter) ? [messageOf(item, place.toString())] : []
    })
  try {
    let writers: string[] | null = null
    for (let more = from !== undefined; more && !gone.aborted && !feed.closing.aborted;) {
      const page = await pollEvents(pool, place, writers, mostPerPage, false)
      yield wanted(page.events.map(asItem))
      place.settle(page.place)
      ;({ writers } = page)
      more = page.events.length >= mostPerPage
    }
    yield* untilOver(
      follower,
      gone,
      () => place.toString(),
      ({ items, place: reached }) => {
        const messages = wanted(items)
        place.settle(reached)
        return messages
      },
    )
  } finally {
    follower.leave()
  }
}

/**
 * The events of one query after a number, from its first to its last; ends after that.
 *
 * @throws RequestError query_not_found
 */
export async function* queryEvents(
  services: Services,
  tenant: string,
  queryId: string,
  after: number,
  gone: AbortSignal,
): AsyncGenerator<StreamMessage[]> {
  const { pool, feed } = services
  const { follower } = await feed.join()
  let last = after
  let ended = false
  const wanted = (items: readonly FeedItem[]): StreamMessage[] =>
    items.flatMap((item) => {
      if (item.query_id !== queryId) return []
      if (item.kind === 'event') {
        ended ||= isTerminal(item.state)
        if (item.id <= last) return []
        last = item.id
      }
      return [messageOf(item, String(last))]
    })
  try {
    const known = await eventsOfQuery(pool, tenant, queryId, 0)
    if (known.length === 0) throw new RequestError('query_not_found', `There is no query ${queryId}.`)
    yield wanted(known.map(asItem))
    if (ended) return
    for await (const messages of untilOver(
      follower,
      gone,
      () => String(last),
      ({ items }) => wanted(items),
    )) {
      yield messages
      if (ended) return
    }
  } finally {
    follower.leave()
  }
}

/**
 * What a follower gets from now on, and signs of life while that is nothing.
 *
 * @param place where a client that connects again goes on
 * @param messagesOf what of a batch is for the client
 */
async function* untilOver(
  follower: Follower,
  gone: AbortSignal,
  place: () => string,
  messagesOf: (batch: Batch) => StreamMessage[],
): AsyncGenerator<StreamMessage[]> {
  yield [{ id: place() }]
  for (let sentAt = performance.now(); ;) {
    const next = await follower.next(Math.max(0, sentAt + idleMs - performance.now()), gone)
    if (next === 'over') return
    if (next === 'too_slow') {
      const detail = 'This reader did not keep up. Connect again with Last-Event-ID: what it has missed follows.'
      yield [{ id: place(), event: 'too_slow', data: { detail } }]
      return
    }
    let messages = next === 'idle' ? [] : messagesOf(next)
    if (messages.length === 0 && performance.now() >= sentAt + idleMs) messages = [{ id: place() }]
    if (messages.length === 0) continue
    yield messages
    sentAt = performance.now()
  }
}

function matches(item: FeedItem, tenant: string, { states, lane, source, labels }: EventFilter): boolean {
  if (item.tenant !== tenant) return false
  if (states !== undefined && !states.includes(item.kind === 'event' ? item.state : 'progress')) return false
  if (lane !== undefined && item.lane !== lane) return false
  if (source !== undefined && item.source !== source) return false
  return labels === undefined || Object.entries(labels).every(([key, value]) => item.labels[key] === value)
}

function messageOf(item: FeedItem, id: string): StreamMessage {
  const { query_id, at, attempt, lane, source, worker } = item
  const about = { query_id, at, attempt, lane, source, worker }
  if (item.kind === 'event') {
    return { id, event: item.state, data: { ...about, state: item.state, reason: item.reason } }
  }
  const { rows, bytes, chunks } = item
  return {
    id,
    event: 'progress',
    data: { ...about, state: 'running', reason: null, progress: { rows, bytes, chunks } },
  }
}
