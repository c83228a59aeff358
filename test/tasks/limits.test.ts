import { afterAll, expect, test } from 'vitest'
import { audit } from '../../src/doctor/examine.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
await createSource(database)
const server = await startServer(database)
const worker = await startWorker(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
})

const submit = async (body: object): Promise<string> => (await server.request('POST', '/v1/queries', body)).json.id
const ended = async (id: string): Promise<unknown> => (await server.request('GET', `/v1/queries/${id}?wait=30`)).json

async function pathOf(id: string): Promise<string[]> {
  const { json } = await server.request('GET', `/v1/queries/${id}/details`)
  return json.events.map(({ state, reason }: { state: string; reason: string | null }) =>
    [state, reason].filter(Boolean).join(' '),
  )
}

test('the end of the run time is announced in the events before it comes, and changes no state', async () => {
  const id = await submit({ sql: 'select pg_sleep(60)', timeout_seconds: 2 })
  expect(await ended(id)).toMatchObject({ state: 'timed_out', attempt: 1, error: { code: 'statement_timeout' } })
  expect(await pathOf(id)).toEqual(['queued', 'running', 'running soft_timeout', 'timed_out statement_timeout'])
  const { rows } = await database.pool.query('select attempt, outcome from sluice.attempts where query_id = $1', [id])
  expect(rows).toEqual([{ attempt: 1, outcome: 'timed_out' }])
  await eventually(async () => {
    const { rows: counted } = await database.pool.query(
      `select sum(claimed)::integer as claimed, sum(timed_out)::integer as timed_out from sluice.statistics_minutes`,
    )
    expect(counted).toEqual([{ claimed: 1, timed_out: 1 }])
  })
  expect((await audit(database.url)).findings).toEqual([])
})

test('a query that nobody asks about for its abandon_after_seconds is canceled, one that somebody waits for is not', async () => {
  const sql = 'select pg_sleep(4)'
  const waited = server.request('POST', '/v1/queries?wait=30', { sql, abandon_after_seconds: 1 })
  const id = await submit({ sql, abandon_after_seconds: 1 })
  const asked = await submit({ sql, abandon_after_seconds: 1 })
  await eventually(async () => {
    expect((await server.request('GET', `/v1/queries/${asked}`)).json).toMatchObject({ state: 'succeeded' })
  })
  expect((await waited).json).toMatchObject({ state: 'succeeded' })
  expect(await ended(id)).toMatchObject({ state: 'canceled', error: null })
  expect(await pathOf(id)).toEqual(['queued', 'running', 'canceling abandoned', 'canceled'])
})

test('a run of five hours goes on: no ticket is held for it, and one that is freed after four finds nothing', async () => {
  const id = await submit({ sql: 'select pg_sleep(3)', timeout_seconds: 80_000 })
  await eventually(async () => expect(await pathOf(id)).toEqual(['queued', 'running']))
  await database.pool.query(`update sluice.queries set started_at = started_at - interval '5 hours' where id = $1`, [
    id,
  ])
  await database.pool.query(
    `update sluice.leases set granted_at = granted_at - interval '5 hours' where query_id = $1`,
    [id],
  )
  await eventually(async () => {
    const { rowCount } = await database.pool.query(
      'select from graphile_worker._private_jobs where locked_at is not null',
    )
    expect(rowCount).toBe(0)
  })
  // A ticket of that lane, taken five hours ago, whose lock graphile-worker lets go of after four.
  await database.pool.query(`select sluice.add_ticket('default')`)
  await database.pool.query(
    `update graphile_worker._private_jobs set locked_by = 'long ago', locked_at = now() - interval '5 hours'`,
  )
  await using _other = await startWorker(database)
  await database.pool.query(`
    update graphile_worker._private_jobs set locked_by = null, locked_at = null, run_at = greatest(run_at, now())
    where locked_at < now() - interval '4 hours'`)
  expect(await ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
  expect(await pathOf(id)).toEqual(['queued', 'running', 'succeeded'])
})
