import { z } from 'zod'
import { problem } from './problem.ts'
import { column } from './queries.ts'
import { idParams, wait, wholeNumber } from './values.ts'

export const formats = ['arrow', 'msgpack', 'json', 'ndjson', 'csv', 'parquet'] as const

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

export const resultQuery = z.strictObject({
  format: z
    .string()
    .optional()
    .describe(`One of ${formats.join(', ')}; goes before Accept`),
  offset: wholeNumber.optional().describe('First row, from 0'),
  limit: wholeNumber.optional().describe('Number of rows'),
  wait: wait.optional().describe('Waits so many seconds for the query to end; with partial=true, for its first rows'),
  redirect: flag
    .optional()
    .describe('With a whole Arrow stream in zstd: where the result lies in S3, 307 to a signed address there'),
  partial: flag.optional().describe('Read what is there of a running query; with wait, follow it to its end'),
})

export const keepBody = z
  .strictObject({
    ttl_seconds: z.int().min(1).max(31_536_000).describe("How long from now; at most the lane's max_ttl_seconds"),
  })
  .meta({ id: 'KeepRequest' })

export const chunkParams = z.strictObject({ ...idParams.shape, n: wholeNumber })

const jsonResult = z
  .object({ columns: z.array(column), rows: z.array(z.array(z.unknown())) })
  .meta({ id: 'JsonResult', description: 'int8 and numeric are strings, so that nothing is rounded' })

const arrowStream = z.unknown().describe('An Arrow IPC stream')

/** The result by media type, as OpenAPI has it. */
const content = {
  'application/vnd.apache.arrow.stream': { schema: arrowStream },
  'application/vnd.msgpack': {
    schema: z.unknown().describe('MessagePack values one after another: {columns: […]}, then one array a row'),
  },
  'application/json': { schema: jsonResult },
  'application/x-ndjson': { schema: z.unknown().describe('A line a row, each a JSON array') },
  'application/vnd.apache.parquet': { schema: z.unknown().describe('One file, in row groups of about 4 MiB') },
  'text/csv': { schema: z.string().describe('RFC 4180 with a header; null is empty, the empty string ""') },
}

const stream = { 'application/vnd.apache.arrow.stream': { schema: arrowStream } }
const others = {
  304: z.null().describe('What If-None-Match names is still what there is'),
  '4xx': problem,
  '5xx': problem,
}

export const resultAnswers = {
  200: { description: 'The result, or the window of it', content },
  307: z.null().describe('With redirect=true: the result as one object in S3, with Content-Encoding zstd'),
  206: { description: 'The Range of a whole Arrow stream', content: stream },
  ...others,
}

export const chunkAnswers = { 200: { description: 'The chunk', content: stream }, ...others }
