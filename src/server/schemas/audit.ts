import { z } from 'zod'
import { time, wholeNumber } from './values.ts'

export const auditQuery = z.strictObject({
  action: z.string().max(100).optional().describe('lane.pause, or lane for all of them'),
  actor: z.string().max(100).optional(),
  target: z.string().max(1000).optional().describe('Name or id of what was acted on'),
  limit: wholeNumber.pipe(z.number().min(1).max(1000)).optional().describe('1 to 1000; default: 100'),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'must be the cursor of an earlier page')
    .optional(),
})

export const auditList = z
  .object({
    actions: z.array(
      z.object({
        id: z.string(),
        at: time,
        tenant: z.string(),
        actor: z.string().describe('The name given at the login of the admin page, or "API key"'),
        address: z.string(),
        action: z.string().describe('thing.verb'),
        target: z.string().nullable().describe('Name or id; null: it was about many'),
        detail: z.record(z.string(), z.unknown()).describe('What was asked for, without secrets'),
      }),
    ),
    cursor: z.string().nullable().describe('Give it as ?cursor= for the next page'),
  })
  .meta({ id: 'AuditList' })
