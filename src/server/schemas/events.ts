import { z } from 'zod'
import { states } from '../../queries/states.ts'
import { name, wait } from './values.ts'

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
  interval: z.coerce
    .number()
    .int()
    .min(1)
    .max(60)
    .optional()
    .describe('Seconds between two looks at what is new that are enough for this client; default: 1'),
})

export const lastEventHeaders = z.object({
  'last-event-id': z.string().max(4000).optional().describe('Id of the last event that was received: the rest follows'),
})

export const changesQuery = z.strictObject({
  cursor: z
    .string()
    .max(20_000)
    .optional()
    .describe('Of an earlier answer; none: begin with those that have not ended'),
  wait: wait.optional(),
})

export const changeList = z
  .object({
    queries: z.array(
      z.object({
        id: z.uuid(),
        state: z.enum(states),
        progress: z.object({ rows: z.int(), bytes: z.int(), chunks: z.int() }),
      }),
    ),
    cursor: z.string().describe('Give it with the next request'),
    complete: z
      .boolean()
      .describe(
        'False: there is more. With a cursor: ask again at once. Without: so many wait that only 10,000 are here',
      ),
  })
  .meta({ id: 'ChangeList' })
