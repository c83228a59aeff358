import { z } from 'zod'
import { queryError } from './queries.ts'
import { name, time } from './values.ts'

const tls = z.enum(['disable', 'require', 'verify-full'])

export const sourceBody = z
  .strictObject({
    name,
    host: z.string().min(1).max(255),
    port: z.int().min(1).max(65535).optional(),
    database: z.string().min(1).max(63),
    user: z.string().min(1).max(63),
    password: z.string().max(1000).optional().describe('Kept, never returned'),
    tls: tls.optional().describe('Default: disable on loopback, else verify-full'),
    writes: z.boolean().optional().describe('True: statements may write, and are committed; default: false'),
    prepared_statements: z
      .boolean()
      .optional()
      .describe('False: behind a pooler, nothing is kept in sessions; default: true'),
    max_connections: z.int().min(1).max(10000).optional(),
  })
  .meta({ id: 'SourceRequest' })

export const sourceChange = sourceBody.omit({ name: true }).partial().strict().meta({ id: 'SourceChange' })

export const sourceResource = z
  .object({
    name: z.string(),
    kind: z.literal('postgresql'),
    host: z.string(),
    port: z.int(),
    database: z.string(),
    user: z.string(),
    tls,
    writes: z.boolean(),
    prepared_statements: z.boolean(),
    max_connections: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Source' })

export const sourceList = z.object({ sources: z.array(sourceResource) }).meta({ id: 'SourceList' })

export const sourceTest = z
  .object({
    ok: z.boolean(),
    error: queryError.nullable(),
    server_version: z.string().nullable(),
    duration_ms: z.number(),
    warnings: z.array(z.string()).describe('What the login role may do and should not'),
  })
  .meta({ id: 'SourceTest' })
