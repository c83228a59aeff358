import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addLane, addWorker, submit, submitAndClaim } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const server = await startServer(database)
afterAll(() => server.close())

test('a lane is added, read, changed, listed and removed', async () => {
  const added = await server.request('POST', '/v1/lanes', { name: 'nightly', concurrency: 3, row_limit: 10 })
  expect(added).toMatchObject({
    status: 201,
    json: { name: 'nightly', concurrency: 3, row_limit: 10, max_queued: 100_000, running: 0, waiting: 0, slots: 0 },
  })
  expect(added.headers.get('location')).toBe('/v1/lanes/nightly')

  const changed = await server.request('PATCH', '/v1/lanes/nightly', { concurrency: 5, row_limit: null, paused: true })
  expect(changed.json).toMatchObject({ concurrency: 5, row_limit: null, paused: true, max_queued: 100_000 })
  expect((await server.request('GET', '/v1/lanes/nightly')).json).toEqual(changed.json)
  const { lanes } = (await server.request('GET', '/v1/lanes')).json
  expect(lanes).toContainEqual(changed.json)

  expect((await server.request('DELETE', '/v1/lanes/nightly')).status).toBe(204)
  expect(await server.request('GET', '/v1/lanes/nightly')).toMatchObject({
    status: 404,
    json: { code: 'unknown_lane' },
  })
})

test('a lane that would contradict itself is refused with what to change', async () => {
  const lane = await addLane(pool)
  const answer = await server.request('PATCH', `/v1/lanes/${lane}`, { ttl_seconds: 5_000_000 })
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect(answer.json.detail).toContain('ttl_seconds must not be above max_ttl_seconds')
  expect(await server.request('PATCH', `/v1/lanes/${lane}`, { concurency: 3 })).toMatchObject({ status: 400 })
  expect(await server.request('POST', '/v1/lanes', { name: lane })).toMatchObject({
    status: 409,
    json: { code: 'lane_exists' },
  })
  expect(await server.request('PATCH', '/v1/lanes/missing', { concurrency: 3 })).toMatchObject({ status: 404 })
})

test('a lane in which something waits or runs is not removed, nor is the default lane', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane })
  const refused = await server.request('DELETE', `/v1/lanes/${lane}`)
  expect(refused).toMatchObject({ status: 409, json: { code: 'lane_in_use' } })
  expect(refused.json.detail).toContain('0 queries run and 1 wait')
  await server.request('POST', `/v1/queries/${id}/cancel`)
  expect((await server.request('DELETE', `/v1/lanes/${lane}`)).status).toBe(204)
  expect((await server.request('DELETE', '/v1/lanes/default')).status).toBe(409)
})

test('a lane shows what waits, what is scheduled and what runs in it', async () => {
  const lane = await addLane(pool, { concurrency: 7 })
  const worker = await addWorker(pool)
  await submitAndClaim(pool, worker, lane)
  await submit(pool, { lane })
  await submit(pool, { lane })
  await submit(pool, { lane, run_at: new Date(Date.now() + 3_600_000).toISOString() })
  await pool.query(`update sluice.queries set submitted_at = now() - interval '1 minute' where lane = $1`, [lane])

  const { json } = await server.request('GET', `/v1/lanes/${lane}`)
  expect(json).toMatchObject({ running: 1, waiting: 2, scheduled: 1 })
  expect(json.oldest_wait_seconds).toBeGreaterThan(59)
  expect(json.slots).toBeGreaterThan(0)
})

test('workers are listed with what they do, and can be drained', async () => {
  const lane = await addLane(pool)
  const worker = await addWorker(pool)
  await submitAndClaim(pool, worker, lane)
  const read = await server.request('GET', `/v1/workers/${worker}`)
  expect(read).toMatchObject({
    status: 200,
    json: { id: worker, status: 'alive', busy: 1, slots: 8, stopped_at: null },
  })
  expect(read.json.lanes).toContain(lane)

  expect((await server.request('POST', `/v1/workers/${worker}/drain`)).json).toMatchObject({ status: 'draining' })
  const { workers } = (await server.request('GET', '/v1/workers')).json
  expect(workers.map(({ id }: { id: string }) => id)).toContain(worker)

  await pool.query(`update sluice.workers set heartbeat_at = now() - interval '20 seconds' where id = $1`, [worker])
  expect((await server.request('GET', `/v1/workers/${worker}`)).json).toMatchObject({ status: 'silent' })
  await pool.query('update sluice.workers set stopped_at = now() where id = $1', [worker])
  expect((await server.request('GET', `/v1/workers/${worker}`)).json).toMatchObject({ status: 'stopped' })
  for (const [method, path] of [
    ['POST', `/v1/workers/${worker}/drain`],
    ['GET', `/v1/workers/${randomUUID()}`],
  ] as const) {
    expect(await server.request(method, path)).toMatchObject({ status: 404, json: { code: 'unknown_worker' } })
  }
})

test('every view is listed with a description of each column and can be read', async () => {
  const { views } = (await server.request('GET', '/v1/views')).json
  expect(views.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['backlog', 'lanes_live', 'queue_live', 'running', 'workers_live']),
  )
  for (const { name, columns } of views) {
    const answer = await server.request('GET', `/v1/views/${name}?limit=2&order=-${columns[0].name}`)
    expect(answer).toMatchObject({ status: 200, json: { name, columns } })
    expect(columns.every(({ description }: { description: string }) => description !== '')).toBe(true)
  }
})

test('a view is read by filter, order and limit', async () => {
  const lane = await addLane(pool)
  for (const priority of [5, 1, 9]) await submit(pool, { lane, priority })
  const path = `/v1/views/queue_live?filter=lane:${lane}&order=priority`
  const { json } = await server.request('GET', path)
  expect(json.rows.map((row: { priority: number; position: number }) => [row.priority, row.position])).toEqual([
    [1, 1],
    [5, 2],
    [9, 3],
  ])
  expect(json.complete).toBe(true)
  expect((await server.request('GET', `${path}&limit=2`)).json).toMatchObject({ rows: [{}, {}], complete: false })
  expect((await server.request('GET', `/v1/views/backlog?filter=lane:${lane}`)).json.rows).toEqual([
    { lane, backlog: 3 },
  ])

  const refused = await server.request('GET', '/v1/views/backlog?order=1;drop')
  expect(refused).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect(refused.json.detail).toContain('It has lane, backlog')
  expect(await server.request('GET', '/v1/views/backlog?filter=lane')).toMatchObject({ status: 400 })
  expect(await server.request('GET', '/v1/views/pg_shadow')).toMatchObject({
    status: 404,
    json: { code: 'unknown_view' },
  })
})

test('a view is read once for all who look at it within a second', async () => {
  const [first, ...others] = await Promise.all(
    Array.from({ length: 10 }, () => server.request('GET', '/v1/views/running?limit=17')),
  )
  for (const other of others) expect(other.json.read_at).toBe(first!.json.read_at)
})
