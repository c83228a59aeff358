import pg from 'pg'
import { startProgram } from './start.ts'

export interface PgReaderInput {
  connectionString: string
  queryId: string
  repetitions: number
}

export interface ReadResult {
  /** Bytes of one repetition. */
  bytes: number
  seconds: number[]
}

/** Reads the chunks of a result as node-postgres does. */
startProgram(async (given): Promise<ReadResult> => {
  const { connectionString, queryId, repetitions } = given as PgReaderInput
  const client = new pg.Client({ connectionString })
  await client.connect()
  const result: ReadResult = { bytes: 0, seconds: [] }
  for (let n = 0; n <= repetitions; n++) {
    const startedAt = performance.now()
    const { rows } = await client.query<{ data: Buffer }>({
      name: 'read',
      text: 'select data from sluice.chunks where query_id = $1 order by n',
      values: [queryId],
    })
    result.bytes = rows.reduce((sum, { data }) => sum + data.length, 0)
    // The first one warms up.
    if (n > 0) result.seconds.push((performance.now() - startedAt) / 1000)
  }
  await client.end()
  return result
})
