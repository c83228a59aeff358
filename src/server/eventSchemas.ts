import { z } from 'zod'
import { states } from '../queries/states.ts'
import { name } from './schemas.ts'

const eventNames = [...states, 'progress'] as const

export const eventsQuery = z.strictObject({
  state: z
    .union([z.enum(eventNames), z.array(z.enum(eventNames))])
    .optional()
    .describe('Events to send; may repeat; default: all'),
  lane: name.optional(),
  source: name.optional(),
  label: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('key:value; may repeat'),
})

export const lastEventHeaders = z.object({
  'last-event-id': z.string().max(4000).optional().describe('Id of the last event that was received: the rest follows'),
})
