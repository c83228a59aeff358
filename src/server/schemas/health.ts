import { z } from 'zod'

export const health = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    detail: z.string().optional().describe('What is wrong, and what to do'),
    checks: z
      .object({
        accepting: z.boolean(),
        database: z.boolean(),
        writable: z.boolean(),
        migrations: z.boolean(),
        notifications: z.boolean(),
        partitions: z.boolean(),
      })
      .optional(),
  })
  .meta({ id: 'Health' })
