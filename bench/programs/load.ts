import { setTimeout as delay } from 'node:timers/promises'
import { quantile } from '../statistics.ts'
import { HttpConnection } from './httpConnection.ts'
import { startProgram } from './start.ts'

export interface LoadInput {
  url: string
  apiKey: string
  clients: number
  /** One request that waits for the result, or submit, poll and fetch. */
  mode: 'one request' | 'submit, poll, fetch'
  query: 'select 1' | '10 rows by key'
  warmUpSeconds: number
  seconds: number
}

/** Latencies are milliseconds from submit to result. */
export interface LoadResult {
  queries: number
  perSecond: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  /** CPU seconds of this program in the measured window. */
  cpuSeconds: number
}

/** A client that polls asks at once, then ever less often. */
const firstPollMs = 2
const longestPollMs = 50

startProgram(async (given, measuring): Promise<LoadResult> => {
  const input = given as LoadInput
  const headers = { authorization: `Bearer ${input.apiKey}`, 'content-type': 'application/json' }
  const run = input.mode === 'one request' ? oneRequest : submitPollFetch
  const latencies: number[] = []
  let from = Infinity
  let until = Infinity

  async function client(seed: number): Promise<void> {
    const connection = new HttpConnection(input.url, headers)
    for (let n = seed; performance.now() < until; n += input.clients) {
      const startedAt = performance.now()
      await run(connection, queryBody(input.query, n))
      const now = performance.now()
      if (startedAt >= from && now <= until) latencies.push(now - startedAt)
    }
    connection.close()
  }

  const clients = Array.from({ length: input.clients }, (_, n) => client(n))
  const done = Promise.all(clients)
  await Promise.race([delay(input.warmUpSeconds * 1000), done])
  const cpuBefore = process.cpuUsage()
  measuring()
  from = performance.now()
  until = from + input.seconds * 1000
  await Promise.race([delay(input.seconds * 1000), done])
  const cpu = process.cpuUsage(cpuBefore)
  await done

  const sorted = latencies.toSorted((a, b) => a - b)
  return {
    queries: sorted.length,
    perSecond: sorted.length / input.seconds,
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    p99Ms: quantile(sorted, 0.99),
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  }
})

async function oneRequest(connection: HttpConnection, body: string): Promise<void> {
  check(await call(connection, 'POST', '/v1/queries?wait=10', body))
}

async function submitPollFetch(connection: HttpConnection, body: string): Promise<void> {
  let { id, state } = JSON.parse(await call(connection, 'POST', '/v1/queries', body)) as { id: string; state: string }
  for (let pause = firstPollMs; state === 'queued' || state === 'running'; pause = Math.min(2 * pause, longestPollMs)) {
    if (pause > firstPollMs) await delay(pause / 2)
    state = (JSON.parse(await call(connection, 'GET', `/v1/queries/${id}`)) as { state: string }).state
  }
  check(`"state":"${state}"`)
  await call(connection, 'GET', `/v1/queries/${id}/result?format=json`)
}

async function call(connection: HttpConnection, method: 'GET' | 'POST', path: string, body?: string): Promise<string> {
  const answer = await connection.request(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.body}`)
  return answer.body
}

function queryBody(query: LoadInput['query'], n: number): string {
  if (query === 'select 1') return '{"sql":"select 1 as one"}'
  const first = 1 + ((n * 7919) % 99_990)
  return `{"sql":"select * from lookup where id between $1 and $1 + 9","params":[{"type":"int4","value":${first}}]}`
}

function check(resource: string): void {
  if (!resource.includes('"state":"succeeded"')) throw new Error(`A query did not succeed: ${resource}`)
}
