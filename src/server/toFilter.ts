import type { z } from 'zod'
import { RequestError } from '../errors.ts'
import type { QueryFilter } from '../queries/read.ts'
import type { cancelFilter } from './schemas.ts'

/** The filter that the query string of a list means. */
export function toFilter({ label, ...rest }: z.infer<typeof cancelFilter>): QueryFilter {
  if (label === undefined) return rest
  const labels = Object.fromEntries(
    [label].flat().map((text) => {
      const colon = text.indexOf(':')
      if (colon < 1)
        throw new RequestError('invalid_request', `label is ${JSON.stringify(text)}; write it as key:value.`)
      return [text.slice(0, colon), text.slice(colon + 1)]
    }),
  )
  return { ...rest, labels }
}
