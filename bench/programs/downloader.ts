import { Client } from 'undici'
import type { ReadResult } from './pgReader.ts'
import { startProgram } from './start.ts'

export interface DownloaderInput {
  url: string
  apiKey: string
  queryId: string
  encoding: 'identity' | 'zstd'
  repetitions: number
}

/** Downloads a result as Arrow and counts the bytes of the body as they come. */
startProgram(async (given): Promise<ReadResult> => {
  const { url, apiKey, queryId, encoding, repetitions } = given as DownloaderInput
  const client = new Client(url)
  const result: ReadResult = { bytes: 0, seconds: [] }
  for (let n = 0; n <= repetitions; n++) {
    const startedAt = performance.now()
    const { statusCode, body } = await client.request({
      method: 'GET',
      path: `/v1/queries/${queryId}/result?format=arrow`,
      headers: { authorization: `Bearer ${apiKey}`, 'accept-encoding': encoding },
    })
    if (statusCode !== 200) throw new Error(`The server answered ${statusCode}: ${await body.text()}`)
    let bytes = 0
    for await (const piece of body) bytes += (piece as Buffer).length
    result.bytes = bytes
    // The first one warms up.
    if (n > 0) result.seconds.push((performance.now() - startedAt) / 1000)
  }
  await client.close()
  return result
})
