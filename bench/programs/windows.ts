import { quantile } from '../statistics.ts'
import { HttpConnection } from './httpConnection.ts'
import { startProgram } from './start.ts'

export interface WindowsInput {
  url: string
  apiKey: string
  queryId: string
  format: string
  /** Offsets are drawn from these. */
  from: number
  to: number
  limit: number
  count: number
}

export interface WindowsResult {
  p50Ms: number
  p95Ms: number
  p99Ms: number
}

/** The first ones have the server compiled and do not count. */
const warmUp = 50

/** One client that reads windows of a result, one after another. */
startProgram(async (given): Promise<WindowsResult> => {
  const { url, apiKey, queryId, format, from, to, limit, count } = given as WindowsInput
  const connection = new HttpConnection(url, { authorization: `Bearer ${apiKey}` })
  const times: number[] = []
  for (let n = -warmUp; n < count; n++) {
    const offset = Math.floor(from + Math.random() * (to - from))
    const startedAt = performance.now()
    const path = `/v1/queries/${queryId}/result?format=${format}&offset=${offset}&limit=${limit}`
    const { status, body } = await connection.request('GET', path)
    if (status !== 200) throw new Error(`The server answered ${status}: ${body}`)
    if (n >= 0) times.push(performance.now() - startedAt)
  }
  connection.close()
  const sorted = times.toSorted((a, b) => a - b)
  return { p50Ms: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95), p99Ms: quantile(sorted, 0.99) }
})
