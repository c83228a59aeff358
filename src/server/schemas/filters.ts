import { z } from 'zod'
import { states } from '../../queries/states.ts'
import { isStorable, mostLabels, name, storable, uuid, wholeNumber } from './values.ts'

/** One or several values of a parameter, as a list. */
function several<T extends z.ZodType>(value: T) {
  return z.union([value, z.array(value).min(1).max(100)]).transform((given) => [given].flat() as z.infer<T>[])
}

export const listFilter = z.strictObject({
  state: several(z.enum(states)).optional().describe('May repeat'),
  lane: several(name).optional().describe('May repeat'),
  source: several(name).optional().describe('May repeat'),
  tenant: several(name).optional().describe('May repeat; of other tenants nothing is found'),
  label: z
    .union([z.string(), z.array(z.string()).max(mostLabels)])
    .optional()
    .describe('key:value; may repeat'),
  q: z
    .string()
    .max(1000)
    .refine((text) => isStorable(text), storable)
    .optional()
    .describe('Text that the SQL holds'),
  worker: uuid.optional().describe('Worker of the last claim'),
  code: z.string().max(100).optional().describe('Code of the error'),
  submitted_after: z.iso.datetime({ offset: true }).optional().describe('At this moment or later'),
  submitted_before: z.iso.datetime({ offset: true }).optional().describe('Before this moment'),
})

export const listQuery = listFilter.extend({
  limit: wholeNumber.pipe(z.number().min(1).max(1000)).optional().describe('1 to 1000; default: 50'),
  cursor: z.string().optional(),
})

/** Of an action on all that match. */
export const bulkFilter = listFilter.extend({
  dry_run: z
    .enum(['true', 'false'])
    .optional()
    .transform((value) => value === 'true')
    .describe('true: nothing is done, only counted'),
})

export const countQuery = listFilter.extend({ cursor: z.string().optional() })

export const queryCount = z
  .object({
    count: z.int(),
    complete: z.boolean().describe('False: there may be more than were counted'),
    cursor: z.string().nullable().describe('Not null: the count paused. Give it as ?cursor= to count the rest'),
  })
  .meta({ id: 'QueryCount' })
