import type { z } from 'zod'
import { UsageError } from '../../errors.ts'

/** The body as the server would read it; throws UsageError that names what is wrong. */
export function checked<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new UsageError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
}
