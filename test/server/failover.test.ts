import { afterAll, expect, test } from 'vitest'
import { startServer, type Answer } from '../helpers/app.ts'
import { expectSound } from '../helpers/audit.ts'
import { createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startPostgresPair } from '../helpers/postgresPair.ts'
import { startProxy } from '../helpers/tcpProxy.ts'
import { startWorker } from '../helpers/worker.ts'

const pair = await startPostgresPair()
const source = await createSource(pair.primary)
const proxy = await startProxy(new URL(pair.primary.url))
const server = await startServer({ url: proxy.url })
const worker = await startWorker(
  { url: proxy.url, pool: pair.primary.pool },
  { SLUICE_LEASE_SECONDS: '5', SLUICE_DRAIN_SECONDS: '2' },
)
afterAll(async () => {
  await worker.stop()
  await server.close()
  await proxy.close()
})

const submit = (sql: string): Promise<Answer> => server.request('POST', '/v1/queries?wait=20', { sql })
const isReady = (status: number): Promise<Answer> =>
  eventually(async () => {
    const answer = await server.request('GET', '/health/ready')
    expect(answer).toMatchObject({ status })
    return answer
  }, 20_000)

async function stateAtStandby(id: string): Promise<string | undefined> {
  const { rows } = await pair.standby.pool.query('select state from sluice.queries where id = $1', [id])
  return rows[0]?.state
}

function expectReadOnly(answer: Answer): void {
  expect(answer).toMatchObject({ status: 503, json: { code: 'database_read_only', retryable: true } })
  expect(answer.headers.get('retry-after')).toBe('2')
}

/** Reads work, writes are told to come again, and no worker runs anything. */
async function expectStandby(id: string, running: string): Promise<void> {
  await eventually(async () => expectReadOnly(await submit('select 1')), 20_000)
  expectReadOnly(await server.request('POST', `/v1/queries/${running}/cancel`))
  expectReadOnly(await server.request('POST', '/v1/lanes/default/pause'))
  expect(await server.request('GET', `/v1/queries/${id}`)).toMatchObject({ status: 200, json: { state: 'succeeded' } })
  expect(await server.request('GET', `/v1/queries/${id}/result?format=csv`)).toMatchObject({ status: 200 })
  expect(await server.request('GET', '/v1/queries?state=succeeded')).toMatchObject({ status: 200 })
  const ready = await isReady(503)
  expect(ready.json).toMatchObject({ checks: { database: true, writable: false, migrations: true } })
  expect(ready.json.detail).toMatch(/takes no writes/)
  expect(await atSource(running)).toBe(0)
}

async function atSource(id: string): Promise<number> {
  const { rowCount } = await source.pool.query('select from pg_stat_activity where application_name like $1', [
    `sluice:${id}:%`,
  ])
  return rowCount!
}

async function startLong(): Promise<string> {
  const { json } = await server.request('POST', '/v1/queries', { sql: 'select pg_sleep(60)' })
  await eventually(async () => expect(await atSource(json.id)).toBe(1))
  await eventually(async () => expect(await stateAtStandby(json.id)).toBe('running'))
  return json.id
}

test('a standby behind the same address answers reads, and all goes on when the address leads to a primary again', async () => {
  const { json } = await submit('select 1 as x')
  expect(json).toMatchObject({ state: 'succeeded' })
  await eventually(async () => expect(await stateAtStandby(json.id)).toBe('succeeded'))
  const running = await startLong()

  proxy.route(new URL(pair.standby.url))
  proxy.cut()
  proxy.mend()
  await eventually(async () => expect(await atSource(running)).toBe(0), 20_000)
  await expectStandby(json.id, running)

  // Connections to the standby stay open; whoever keeps them would never write again.
  proxy.route(new URL(pair.primary.url))
  await isReady(200)
  await eventually(async () => expect(await submit('select 2 as x')).toMatchObject({ status: 200 }), 20_000)
  await eventually(async () => expect(await atSource(running)).toBe(1), 20_000)
  expect(await server.request('POST', `/v1/queries/${running}/cancel`)).toMatchObject({ status: 202 })
}, 90_000)

test('after a failover a standby is waited for, and all goes on by itself once it is promoted', async () => {
  const { json } = await submit('select 3 as x')
  await eventually(async () => expect(await stateAtStandby(json.id)).toBe('succeeded'))
  const running = await startLong()

  await pair.crashPrimary()
  proxy.route(new URL(pair.standby.url))
  await eventually(async () => expect(await atSource(running)).toBe(0), 20_000)
  await expectStandby(json.id, running)

  await pair.promote()
  await isReady(200)
  await eventually(async () => expect(await submit('select 4 as x')).toMatchObject({ status: 200 }), 20_000)
  await eventually(async () => expect(await atSource(running)).toBe(1), 20_000)
  expect(await server.request('POST', `/v1/queries/${running}/cancel`)).toMatchObject({ status: 202 })
  await eventually(() => expectSound(pair.standby, { atRest: true }), 20_000)
}, 90_000)
