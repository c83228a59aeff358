import { z } from 'zod'

export const catalogQuery = z.strictObject({
  refresh: z.enum(['true', 'false']).optional().describe('true: read it now; else it may be half a minute old'),
})

export const catalogResource = z
  .object({
    search_path: z.array(z.string()).describe('Schemas that are searched for names without one, in order'),
    relations: z.array(
      z.object({
        schema: z.string(),
        name: z.string(),
        kind: z.enum(['table', 'view', 'materialized view', 'foreign table']),
        comment: z.string().nullable(),
        estimated_rows: z.number().nullable().describe("The planner's estimate; null: it has none"),
        columns: z.array(
          z.object({ name: z.string(), type: z.string(), nullable: z.boolean(), comment: z.string().nullable() }),
        ),
      }),
    ),
    complete: z.boolean().describe('False: there are more relations'),
  })
  .meta({ id: 'Catalog' })
