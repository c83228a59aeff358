import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { startServer, type Answer } from '../helpers/app.ts'
import { expectSound } from '../helpers/audit.ts'
import { createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startOwnPostgres } from '../helpers/ownPostgres.ts'
import { spawnWorker, startWorker } from '../helpers/worker.ts'

const postgres = await startOwnPostgres()
const { database } = postgres
await createSource(database)
const server = await startServer(database)
const worker = await startWorker(database)
const child = await spawnWorker(database)
afterAll(async () => {
  await child.kill()
  await worker.stop()
  await server.close()
})

const submit = (sql: string, query = ''): Promise<Answer> => server.request('POST', `/v1/queries${query}`, { sql })

test('under load a crash of PostgreSQL loses nothing that was acknowledged, and all goes on by itself', async () => {
  const acknowledged = new Set<string>()
  const refused: Answer[] = []
  const over = new AbortController()
  const client = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const answer = await submit('select pg_sleep(0.05)')
      if (answer.status < 300) acknowledged.add(answer.json.id)
      else refused.push(answer)
      await sleep(20)
    }
  }
  const clients = [1, 2, 3, 4].map(client)
  await eventually(() => expect(acknowledged.size).toBeGreaterThan(40))
  await postgres.crash()
  await eventually(() => expect(refused.length).toBeGreaterThan(4))
  const before = acknowledged.size
  await postgres.start()
  await eventually(() => expect(acknowledged.size).toBeGreaterThan(before + 40), 20_000)
  over.abort()
  await Promise.all(clients)

  for (const answer of refused) {
    expect(answer).toMatchObject({ status: 503, json: { code: 'database_unavailable', retryable: true } })
    expect(answer.headers.get('retry-after')).toBe('2')
  }
  await eventually(async () => {
    const { rows } = await database.pool.query(
      `select state, count(*)::integer from sluice.queries where id = any ($1::uuid[]) group by state`,
      [[...acknowledged]],
    )
    expect(rows).toEqual([{ state: 'succeeded', count: acknowledged.size }])
  }, 30_000)
  // Both workers live on, under the names that they had.
  await eventually(async () => {
    const { rows } = await database.pool.query<{ id: string }>(
      `select id from sluice.workers where stopped_at is null and heartbeat_at > pg_postmaster_start_time()`,
    )
    expect(rows.map(({ id }) => id).sort()).toEqual([worker.id, child.id].sort())
  })
  await eventually(() => expectSound(database, { atRest: true }))
}, 90_000)

test('a cancel gets through while PostgreSQL takes no connection more', async () => {
  const { json } = await submit('select pg_sleep(60)')
  await eventually(async () =>
    expect((await server.request('GET', `/v1/queries/${json.id}`)).json).toMatchObject({ state: 'running' }),
  )
  // After a crash it is there again within a second.
  await eventually(async () => {
    const { rowCount } = await database.pool.query(
      `select from pg_stat_activity where application_name = 'sluice server (reserved)'`,
    )
    expect(rowCount).toBe(1)
  }, 2_000)
  await using crowd = await takeEveryConnection()
  // What the server had besides is gone, so that it would need a new one.
  const { rowCount } = await crowd.first.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sluice server'`,
  )
  expect(rowCount).toBeGreaterThan(0)
  await crowd.refill()
  expect(await submit('select 1')).toMatchObject({ status: 503, json: { code: 'database_unavailable' } })
  expect(await server.request('POST', `/v1/queries/${json.id}/cancel`)).toMatchObject({ status: 202 })
  await eventually(async () => {
    const { rows } = await crowd.first.query('select state from sluice.queries where id = $1', [json.id])
    expect(rows).toEqual([{ state: 'canceled' }])
  })
}, 40_000)

/** Connections, as many as PostgreSQL gives. */
async function takeEveryConnection(): Promise<{ first: pg.Client; refill(): Promise<void> } & AsyncDisposable> {
  const taken: pg.Client[] = []
  const take = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: database.url, application_name: 'sluice test' })
    client.on('error', () => undefined)
    try {
      await client.connect()
      taken.push(client)
      return true
    } catch (error) {
      if ((error as { code?: string }).code !== '53300') throw error
      return false
    }
  }
  const refill = async (): Promise<void> => {
    while ((await Promise.all(Array.from({ length: 20 }, take))).includes(true));
  }
  await refill()
  return {
    first: taken[0]!,
    refill,
    [Symbol.asyncDispose]: async () => void (await Promise.all(taken.map((client) => client.end()))),
  }
}
