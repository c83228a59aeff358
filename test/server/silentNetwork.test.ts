import { afterAll, expect, test } from 'vitest'
import { startServer, type Answer } from '../helpers/app.ts'
import { auditAfterTests } from '../helpers/audit.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startProxy } from '../helpers/tcpProxy.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
await createSource(database)
const proxy = await startProxy(new URL(database.url))
const server = await startServer({ url: proxy.url }, { settings: { SLUICE_CONTROL_TIMEOUT_SECONDS: '1' } })
const worker = await startWorker(database)
auditAfterTests(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
  await proxy.close()
})

const submit = (sql: string, wait = 20): Promise<Answer> => server.request('POST', `/v1/queries?wait=${wait}`, { sql })
const isReady = (status: number): Promise<void> =>
  eventually(async () => expect(await server.request('GET', '/health/ready')).toMatchObject({ status }), 20_000)

function expectUnavailable(answer: Answer): void {
  expect(answer).toMatchObject({ status: 503, json: { code: 'database_unavailable', retryable: true } })
  expect(answer.headers.get('retry-after')).toBe('2')
}

test('no request hangs in a network that swallows everything, and all work on new connections when it is back', async () => {
  const rows = 300_000
  const { json: large } = await submit(`select md5(n::text), md5((-n)::text) from generate_series(1, ${rows}) n`)
  expect(large).toMatchObject({ state: 'succeeded' })
  const { json: running } = await submit('select pg_sleep(60)', 0)
  const download = await fetch(`${server.url}/v1/queries/${large.id}/result?format=arrow`)
  const piece = download.body!.getReader()
  expect(await piece.read()).toMatchObject({ done: false })
  const waits = server.request('GET', `/v1/queries/${running.id}?wait=2`)
  const searches = (): Promise<Answer>[] =>
    ['/v1/queries?state=succeeded', '/v1/queries?state=failed'].map((path) => server.request('GET', path))
  for (const search of searches()) expect(await search).toMatchObject({ status: 200 })

  proxy.silence()
  const requests = [
    waits,
    submit('select 1'),
    server.request('GET', `/v1/queries/${large.id}`),
    server.request('GET', '/v1/lanes'),
    ...searches(),
    server.request('GET', `/v1/queries/${large.id}/result?format=csv`),
    server.request('POST', `/v1/queries/${running.id}/cancel`),
  ]
  for (const answer of await Promise.all(requests)) expectUnavailable(answer)
  // A download that cannot go on is broken off, never ended as if it were whole.
  await expect(
    (async () => {
      while (!(await piece.read()).done);
    })(),
  ).rejects.toThrow(/terminated/)
  await isReady(503)
  // On connections that cannot even be made.
  expectUnavailable(await submit('select 1'))

  proxy.mend()
  await isReady(200)
  expect(await submit('select 1 as x')).toMatchObject({ status: 200, json: { state: 'succeeded' } })
  const csv = await server.request('GET', `/v1/queries/${large.id}/result?format=csv`)
  expect(csv.body.toString().trimEnd().split('\n')).toHaveLength(rows + 1)
  for (const search of searches()) expect(await search).toMatchObject({ status: 200 })
  expect(await server.request('POST', `/v1/queries/${running.id}/cancel`)).toMatchObject({ status: 202 })
}, 60_000)

test('one who waits while the network is silent for a while is answered when the query has ended', async () => {
  const { json } = await submit('select pg_sleep(3)', 0)
  const waiting = server.request('GET', `/v1/queries/${json.id}?wait=30`)
  await eventually(async () =>
    expect(await server.request('GET', `/v1/queries/${json.id}`)).toMatchObject({ json: { state: 'running' } }),
  )
  proxy.silence()
  await isReady(503)
  proxy.mend()
  expect(await waiting).toMatchObject({ status: 200, json: { state: 'succeeded' } })
}, 40_000)
