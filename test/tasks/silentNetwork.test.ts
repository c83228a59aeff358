import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { auditAfterTests } from '../helpers/audit.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startProxy } from '../helpers/tcpProxy.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const source = await createSource(database)
const proxy = await startProxy(new URL(database.url))
const server = await startServer(database)
const leaseSeconds = 5
const worker = await startWorker(
  { url: proxy.url, pool: database.pool },
  { SLUICE_CONTROL_TIMEOUT_SECONDS: '1', SLUICE_LEASE_SECONDS: String(leaseSeconds) },
)
auditAfterTests(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
  await proxy.close()
})

const submit = async (sql: string): Promise<string> => (await server.request('POST', '/v1/queries', { sql })).json.id
const ended = async (id: string): Promise<{ state: string; attempt: number }> =>
  (await server.request('GET', `/v1/queries/${id}?wait=30`)).json

async function atSource(id: string): Promise<number> {
  const { rowCount } = await source.pool.query(
    `select from pg_stat_activity where application_name like $1 and state = 'active'`,
    [`sluice:${id}:%`],
  )
  return rowCount!
}

/** Silence until the worker was not heard for so long. */
async function silentFor(seconds: number): Promise<void> {
  proxy.silence()
  await eventually(async () => {
    const { rows } = await database.pool.query<{ age: number }>(
      'select extract(epoch from clock_timestamp() - heartbeat_at)::float8 as age from sluice.workers where id = $1',
      [worker.id],
    )
    expect(rows[0]!.age).toBeGreaterThan(seconds)
  })
}

const rows = 300_000
/** Takes at least 1.5 s, chunk by chunk. */
const large = `select md5(n::text), md5((-n)::text) from generate_series(1, 30) part, pg_sleep(0.05 + part * 0), generate_series(1, ${rows / 30}) n`

async function growing(id: string): Promise<void> {
  await eventually(async () => {
    const { rows } = await database.pool.query('select from sluice.results where query_id = $1', [id])
    expect(rows).toHaveLength(1)
  })
}

async function isWhole(id: string): Promise<void> {
  const { json } = await server.request('GET', `/v1/queries/${id}`)
  expect(json).toMatchObject({ state: 'succeeded', result: { rows } })
  const { body } = await server.request('GET', `/v1/queries/${id}/result?format=csv`)
  expect(body.toString().trimEnd().split('\n')).toHaveLength(rows + 1)
}

test('chunks and ends of a silent time that is shorter than a lease are stored on new connections', async () => {
  const id = await submit(large)
  await growing(id)
  const short = await submit('select pg_sleep(1.5)')
  await eventually(async () => expect(await atSource(short)).toBe(1))
  await silentFor(leaseSeconds / 2)
  proxy.mend()
  expect(await ended(short)).toMatchObject({ state: 'succeeded', attempt: 1 })
  expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
  await isWhole(id)
}, 60_000)

test('a worker that hears nothing for a lease ends what it runs, waits, and runs all of it again', async () => {
  const id = await submit(large)
  // The first attempt would take a minute.
  const soon = new Date(Date.now() + 2_000).toISOString()
  const sleeping = await submit(`select pg_sleep(case when now() < '${soon}' then 60 else 0 end)`)
  await growing(id)
  await eventually(async () => expect(await atSource(sleeping)).toBe(1))
  await silentFor(leaseSeconds)
  expect(await atSource(sleeping)).toBe(0)
  expect(await atSource(id)).toBe(0)
  const meanwhile = await submit('select 1 as x')
  await silentFor(leaseSeconds + 1)

  proxy.mend()
  expect(await ended(meanwhile)).toMatchObject({ state: 'succeeded', attempt: 1 })
  expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 2 })
  await isWhole(id)
  expect(await ended(sleeping)).toMatchObject({ state: 'succeeded', attempt: 2 })
}, 60_000)

test('a worker stops in a network that swallows everything', async () => {
  proxy.silence()
  await expect(worker.stop()).resolves.toBeUndefined()
}, 40_000)
