import type { z } from 'zod'
import { RequestError } from '../errors.ts'
import type { QueryFilter } from '../queries/find.ts'
import type { listFilter } from './schemas/filters.ts'

/** The filter that the query string of a list means. */
export function toFilter(asked: z.infer<typeof listFilter>): QueryFilter {
  const { state, lane, source, tenant, label, q, worker, code, submitted_after, submitted_before } = asked
  return {
    states: state,
    lanes: lane,
    sources: source,
    tenants: tenant,
    labels: label === undefined ? undefined : toLabels([label].flat()),
    q: q === '' ? undefined : q,
    worker,
    code,
    submittedAfter: submitted_after === undefined ? undefined : new Date(submitted_after),
    submittedBefore: submitted_before === undefined ? undefined : new Date(submitted_before),
  }
}

/** Labels as `key:value`, as an object. */
export function toLabels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const colon = text.indexOf(':')
      if (colon < 1)
        throw new RequestError('invalid_request', `label is ${JSON.stringify(text)}; write it as key:value.`)
      return [text.slice(0, colon), text.slice(colon + 1)]
    }),
  )
}
