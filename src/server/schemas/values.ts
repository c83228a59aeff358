import { z } from 'zod'

/**
 * The contract of the API: the schemas of this folder check requests, are checked against answers
 * in tests, and make /openapi.json. Here are the values that several of them hold.
 */

export const name = z
  .string()
  .max(63, 'must be a name of at most 63 characters')
  .regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be a name of lower-case letters, digits, _ and -')

export const mostLabels = 64

const longestWaitSeconds = 60

export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'must be a UUID')
  .transform((id) => id.toLowerCase())

const deepestJson = 100

/**
 * Whether PostgreSQL can store a JSON value exactly: it has no NUL and no half of a surrogate
 * pair in any text, no number that became infinite, and is not too deeply nested.
 */
export function isStorable(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return (
    depth < deepestJson &&
    Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member, depth + 1))
  )
}

export const storable = `must hold no NUL, no unpaired surrogate, no number beyond a double and no more than ${deepestJson} levels`

export const time = z.iso.datetime()

export const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number, 0 or above')
  .transform(Number)

export const wait = wholeNumber.pipe(z.number().max(longestWaitSeconds, `must be 0 to ${longestWaitSeconds} seconds`))

export const idParams = z.strictObject({ id: uuid })

export const waitQuery = z.strictObject({ wait: wait.optional() })

export const nameParams = z.strictObject({ name })
