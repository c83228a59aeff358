import { z } from 'zod'
import { time } from './values.ts'

export const workerResource = z
  .object({
    id: z.uuid(),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    status: z
      .enum(['alive', 'draining', 'silent', 'stopped'])
      .describe('silent: no heartbeat for as long as its lease, its queries are about to be taken away'),
    slots: z.int(),
    busy: z.int().describe('Queries that it runs now'),
    lanes: z.array(z.string()).describe('Lanes that it serves'),
    rss_bytes: z.int().nullable().describe('Resident memory at its last heartbeat'),
    started_at: time,
    heartbeat_at: time,
    heartbeat_age_seconds: z.number(),
    stopped_at: time.nullable(),
    supervisor_pid: z.int().nullable().describe('Process that starts another when it ends'),
    drain_reason: z.string().nullable().describe('Why it claims no more'),
  })
  .meta({ id: 'Worker' })

export const workerList = z.object({ workers: z.array(workerResource) }).meta({ id: 'WorkerList' })
