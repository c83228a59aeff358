import { z } from 'zod'
import { time } from './values.ts'

/** The contract of /v1/storage. */

const store = z
  .enum(['manifest', 'postgresql', 's3'])
  .describe('manifest: in the row that describes it, as it is small; postgresql: in chunks')

const usage = z.object({
  tenant: z.string(),
  lane: z.string(),
  store,
  age: z.string().describe('under an hour, under a day, under a week, under a month, or older'),
  results: z.int(),
  rows: z.int(),
  raw_bytes: z.int().describe('Before compression'),
  stored_bytes: z.int(),
})

const partition = z.object({
  name: z.string(),
  expires_on: z.iso.date().describe('Its day (UTC)'),
  state: z
    .enum(['in use', 'expired', 'detached'])
    .describe('expired: dropped once nobody reads it any more; detached: dropping it was begun'),
  results: z.int().describe('Results whose chunks lie in it'),
  stored_bytes: z.int().describe('Of their chunks'),
  disk_bytes: z.int().describe('What it takes up, with its indexes'),
})

const stored = z.object({
  query_id: z.uuid(),
  lane: z.string(),
  store,
  rows: z.int(),
  stored_bytes: z.int(),
  created_at: time,
  expires_at: time,
})

export const storageResource = z
  .object({
    read_at: time.describe('All who ask within 15 seconds get the same'),
    usage: z.array(usage),
    partitions: z.array(partition),
    largest: z.array(stored).describe('The 20 largest results'),
  })
  .meta({ id: 'Storage' })
