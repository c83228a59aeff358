import { z } from 'zod'
import { time, wholeNumber } from './values.ts'

const column = z.object({ name: z.string(), type: z.string(), description: z.string().nullable() })

export const viewList = z
  .object({
    views: z.array(z.object({ name: z.string(), description: z.string().nullable(), columns: z.array(column) })),
  })
  .meta({ id: 'ViewList' })

export const viewParams = z.strictObject({ name: z.string().max(63) })

export const viewQuery = z.strictObject({
  filter: z
    .union([z.string(), z.array(z.string()).max(20)])
    .optional()
    .describe('column:value, rows whose column has this value; may repeat'),
  order: z.string().max(64).optional().describe('A column; -column for the largest first'),
  limit: wholeNumber.pipe(z.number().min(1).max(10_000)).optional().describe('1 to 10000; default: 1000'),
})

export const viewRows = z
  .object({
    name: z.string(),
    read_at: time.describe('When the rows were read; all who ask within a second get the same'),
    columns: z.array(column),
    rows: z.array(z.record(z.string(), z.unknown())),
    complete: z.boolean().describe('False: there are more rows than the limit'),
  })
  .meta({ id: 'ViewRows' })
