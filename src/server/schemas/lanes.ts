import { z } from 'zod'
import { name } from './values.ts'

const largestInteger = 2_147_483_647

const settings = {
  description: z.string().max(1000).describe('What the lane is for'),
  concurrency: z.int().min(1).max(10_000).describe('Most queries that run at one time, over all workers'),
  max_queued: z.int().min(1).max(largestInteger).describe('Most queries that may wait; one more is refused'),
  timeout_seconds: z.int().min(1).max(2_000_000).describe('Run time limit of a query that names none'),
  max_timeout_seconds: z.int().min(1).max(2_000_000).describe('Longest run time limit that a request may name'),
  queue_timeout_seconds: z.int().min(1).max(2_000_000_000).nullable().describe('Limit on the wait; null: none'),
  row_limit: z.int().min(1).nullable().describe('Row limit of a query that names none; null: none'),
  max_row_limit: z.int().min(1).nullable().describe('Largest row limit that a request may name; null: none'),
  byte_limit: z.int().min(1).nullable().describe('Byte limit of a query that names none; null: none'),
  max_byte_limit: z.int().min(1).nullable().describe('Largest byte limit that a request may name; null: none'),
  ttl_seconds: z.int().min(1).max(31_536_000).describe('How long a result is kept if the request does not say'),
  max_ttl_seconds: z.int().min(1).max(31_536_000).describe('Longest time that a request may ask for'),
  max_attempts: z.int().min(1).max(100).describe('Most attempts that a request may ask for'),
  s3_above_bytes: z.int().min(0).nullable().describe('Larger results, as stored, lie in S3; null: none does'),
  archive_after_days: z
    .int()
    .min(1)
    .max(largestInteger)
    .nullable()
    .describe('Results move to S3 after so many days; null: they stay'),
}

export const laneChange = z
  .strictObject({ ...settings, paused: z.boolean() })
  .partial()
  .meta({ id: 'LaneChange' })

export const laneBody = z.strictObject({ name, ...laneChange.shape }).meta({ id: 'LaneRequest' })

export const laneResource = z
  .object({
    name: z.string(),
    ...settings,
    paused: z.boolean(),
    running: z.int().describe('Queries that run now'),
    waiting: z.int().describe('Queries that wait for a slot'),
    scheduled: z.int().describe('Queries that wait for their run_at'),
    oldest_wait_seconds: z.number().describe('How long the one has waited that has waited longest; 0: none waits'),
    slots: z.int().describe('Slots of the workers that serve the lane, shared with the other lanes that they serve'),
  })
  .meta({ id: 'Lane' })

export const laneList = z.object({ lanes: z.array(laneResource) }).meta({ id: 'LaneList' })
