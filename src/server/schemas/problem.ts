import { z } from 'zod'
import { states } from '../../queries/states.ts'

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    retryable: z.boolean(),
    query_id: z.uuid().optional(),
    state: z.enum(states).optional().describe('State of the query'),
    cause: z.string().optional().describe('Code of the error with which the query ended'),
    sqlstate: z.string().optional(),
    position: z.int().optional(),
    hint: z.string().optional(),
    column: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })
