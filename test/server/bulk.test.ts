import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addLane, addWorker, outcomeOf, submit } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const server = await startServer(database)
afterAll(() => server.close())
const worker = await addWorker(pool)

async function fail(lane: string): Promise<string> {
  const id = await submit(pool, {
    lane,
    params: [1],
    labels: { team: 'bi' },
    priority: 2,
    row_limit: 7,
    queue_timeout_seconds: 600,
  })
  const [claimed] = await claim(pool, worker, lane, 1, false)
  await finishMany(pool, [outcomeOf(claimed!, 'failed')])
  return id
}

const actionsOn = async (action: string): Promise<{ detail: object }[]> =>
  (await server.request('GET', `/v1/audit?action=${action}`)).json.actions

test('a cancel of all that match can be tried first, and is kept with its filter', async () => {
  const lane = await addLane(pool)
  for (let i = 0; i < 20; i++) await submit(pool, { lane, labels: { team: i < 5 ? 'bi' : 'ops' } })
  const path = `/v1/queries/cancel?lane=${lane}&label=team:bi`
  expect((await server.request('POST', `${path}&dry_run=true`)).json).toEqual({ matching: 5, canceled: 0 })
  expect(await actionsOn('query.cancel')).toEqual([])
  expect((await server.request('POST', path)).json).toEqual({ matching: 5, canceled: 5 })
  expect(await actionsOn('query.cancel')).toMatchObject([{ target: null, detail: { lane: [lane], label: 'team:bi' } }])
  const count = `/v1/queries/count?lane=${lane}`
  expect((await server.request('GET', `${count}&state=queued&state=running`)).json).toEqual({
    count: 15,
    complete: true,
    cursor: null,
  })
  expect((await server.request('POST', `/v1/queries/cancel?lane=${lane}&state=failed`)).json).toEqual({
    matching: 0,
    canceled: 0,
  })
})

test('a retry is a new query with what the old one was submitted with', async () => {
  const lane = await addLane(pool)
  const old = await fail(lane)
  const answer = await server.request('POST', `/v1/queries/${old}/retry`)
  expect(answer).toMatchObject({
    status: 201,
    json: { state: 'queued', retry_of: old, lane, priority: 2, labels: { team: 'bi' } },
  })
  const { id } = answer.json
  expect(answer.headers.get('location')).toBe(`/v1/queries/${id}`)
  const of = async (query: string): Promise<object> =>
    (await server.request('GET', `/v1/queries/${query}/details`)).json
  const { events: _, queue_timeout_at: __, ...details } = (await of(old)) as Record<string, unknown>
  expect(await of(id)).toMatchObject(details)
  const { rows } = await pool.query(
    `select extract(epoch from queue_timeout_at - submitted_at)::int as seconds from sluice.queries where id = $1`,
    [id],
  )
  expect(rows).toEqual([{ seconds: 600 }])
  expect(await server.request('POST', `/v1/queries/${id}/retry`)).toMatchObject({
    status: 409,
    json: { code: 'query_not_ended' },
  })
  expect(await server.request('POST', `/v1/queries/${randomUUID()}/retry`)).toMatchObject({ status: 404 })
})

test('a retry of all that match repeats each once, and never what succeeded', async () => {
  const lane = await addLane(pool)
  for (let i = 0; i < 3; i++) await fail(lane)
  const id = await submit(pool, { lane })
  const [claimed] = await claim(pool, worker, lane, 1, false)
  await finishMany(pool, [outcomeOf(claimed!, 'succeeded')])
  const path = `/v1/queries/retry?lane=${lane}`
  expect((await server.request('POST', `${path}&dry_run=true`)).json).toEqual({ matching: 3, retried: 0 })
  const answers = await Promise.all([server.request('POST', path), server.request('POST', path)])
  expect(answers[0]!.json.retried + answers[1]!.json.retried).toBe(3)
  expect((await server.request('POST', path)).json).toEqual({ matching: 0, retried: 0 })
  expect((await server.request('POST', `/v1/queries/retry?q=${id}`)).json).toEqual({ matching: 0, retried: 0 })
})

test('a retry of all that match says how far it came when the queue is full', async () => {
  const lane = await addLane(pool)
  for (let i = 0; i < 20; i++) await fail(lane)
  await pool.query('update sluice.lanes set max_queued = 1 where name = $1', [lane])
  const answer = await server.request('POST', `/v1/queries/retry?lane=${lane}`)
  expect(answer).toMatchObject({ status: 429, json: { code: 'queue_full' } })
  const { rowCount } = await pool.query('select from sluice.queue where lane = $1', [lane])
  expect(rowCount).toBeGreaterThan(0)
  expect(answer.json.detail).toContain(` Before that ${rowCount} were repeated.`)
})
