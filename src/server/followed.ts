import type { z } from 'zod'
import { RequestError } from '../errors.ts'
import { EventPlace } from '../queries/eventPlace.ts'
import type { Followed } from './eventStream.ts'
import type { eventsQuery } from './schemas/events.ts'
import { toLabels } from './toFilter.ts'

/**
 * Which events of all queries are asked for, and from where on; undefined: from now.
 *
 * @param last id of the last event that the client has received; empty or undefined: none
 * @throws RequestError invalid_request, invalid_cursor
 */
export function readFollowed(
  { state, label, interval, ...rest }: z.infer<typeof eventsQuery>,
  last: string | undefined,
): Followed {
  const labels = label === undefined ? undefined : toLabels([label].flat())
  const from = last === undefined || last === '' ? undefined : EventPlace.parse(last)
  if (last !== undefined && last !== '' && from === undefined) throw invalidPlace(last)
  return {
    filter: { ...rest, labels, states: state === undefined ? undefined : [state].flat() },
    from,
    pollMs: interval === undefined ? undefined : interval * 1000,
  }
}

/** The refusal of an id that is none of this stream. */
export function invalidPlace(last: string): RequestError {
  return new RequestError(
    'invalid_cursor',
    `Last-Event-ID is ${JSON.stringify(last)}. Send the id of an event of this stream, unchanged, or none.`,
  )
}
