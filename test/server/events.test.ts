import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { cancel } from '../../src/queries/cancel.ts'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { addEvents, followEvents, type EventFollower } from '../helpers/eventStream.ts'
import { addLane, addWorker, outcomeOf, submit } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const server = await startServer(database)
afterAll(() => server.close())
const worker = await addWorker(pool)

const names = ({ events }: EventFollower): string[] => events.map(({ event }) => event)

async function run(lane: string): Promise<string> {
  const id = await submit(pool, { lane })
  const [claimed] = await claim(pool, worker, lane, 1, false)
  await finishMany(pool, [outcomeOf(claimed!, 'succeeded')])
  return id
}

test('the events of a query begin with its first, go on live, and end with its last', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane })
  await using follower = await followEvents(`${server.url}/v1/queries/${id}/events`)
  expect(follower).toMatchObject({ status: 200, contentType: 'text/event-stream; charset=utf-8' })
  await eventually(() => expect(names(follower)).toEqual(['queued']))
  const [claimed] = await claim(pool, worker, lane, 1, false)
  await finishMany(pool, [outcomeOf(claimed!, 'failed')])
  await follower.ended
  expect(names(follower)).toEqual(['queued', 'running', 'failed'])
  expect(follower.events[2]!.data).toMatchObject({ query_id: id, lane, attempt: 1, worker, reason: 'sql_error' })

  const url = `${server.url}/v1/queries/${id}/events`
  await using rest = await followEvents(url, { 'last-event-id': follower.events[0]!.id })
  await rest.ended
  expect(names(rest)).toEqual(['running', 'failed'])
  await using again = await followEvents(url, { 'last-event-id': follower.events[2]!.id })
  expect(again.status).toBe(204)
})

test('all events go on after the last that was received, without a gap and without a repetition', async () => {
  const lane = await addLane(pool)
  const url = `${server.url}/v1/events?lane=${lane}`
  const got: EventFollower['events'] = []
  let last: string
  {
    await using follower = await followEvents(url)
    await run(lane)
    await eventually(() => expect(names(follower)).toEqual(['queued', 'running', 'succeeded']))
    got.push(...follower.events)
    last = got.at(-1)!.id
  }
  const late = await pool.connect()
  await late.query('begin')
  await late.query('select sluice.submit($1, lane => $2)', ['select 1', lane])
  await submit(pool, { lane })
  {
    await using follower = await followEvents(url, { 'last-event-id': last })
    await eventually(() => expect(names(follower)).toEqual(['queued']))
    got.push(...follower.events)
    last = follower.lastId()
  }
  await late.query('commit')
  late.release()
  await using follower = await followEvents(url, { 'last-event-id': last })
  await submit(pool, { lane })
  await eventually(() => expect(names(follower)).toEqual(['queued', 'queued']))
  const queries = new Set([...got, ...follower.events].map(({ data, event }) => `${data.query_id} ${event}`))
  expect(queries.size).toBe(got.length + 2)
})

test('all events are those of the lane, label or state that is asked for', async () => {
  const [lane, other] = [await addLane(pool), await addLane(pool)]
  await using byLabel = await followEvents(`${server.url}/v1/events?label=team:bi`)
  await using byState = await followEvents(`${server.url}/v1/events?lane=${lane}&state=canceled&state=failed`)
  const labelled = await submit(pool, { lane: other, labels: { team: 'bi' } })
  await cancel(pool, await submit(pool, { lane }))
  await cancel(pool, labelled)
  await eventually(() => expect(names(byState)).toEqual(['canceled']))
  await eventually(() => expect(byLabel.events.map(({ data }) => data.query_id)).toEqual([labelled, labelled]))
})

test('the growth of a result is told while it is written', async () => {
  const lane = await addLane(pool)
  const id = await submit(pool, { lane })
  const [claimed] = await claim(pool, worker, lane, 1, false)
  await using follower = await followEvents(`${server.url}/v1/queries/${id}/events`)
  await pool.query(
    `insert into sluice.results (query_id, token, rows, raw_bytes, chunks, expires_at, expires_on, columns, schema_message)
     values ($1, $2, 500, 4096, 1, now(), current_date, '[]', '')`,
    [id, claimed!.token],
  )
  await eventually(() => expect(names(follower)).toContain('progress'))
  const progress = follower.events.find(({ event }) => event === 'progress')
  expect(progress!.data).toMatchObject({ query_id: id, progress: { rows: 500, bytes: 4096, chunks: 1 } })
})

test('what cannot be followed is refused with what to change', async () => {
  const path = `/v1/queries/${randomUUID()}/events`
  expect(await server.request('GET', path)).toMatchObject({ status: 404, json: { code: 'query_not_found' } })
  for (const [where, id] of [
    ['/v1/events', 'yesterday'],
    [`/v1/queries/${await submit(pool)}/events`, '1.2'],
  ] as const) {
    expect(await server.request('GET', where, undefined, { 'last-event-id': id })).toMatchObject({
      status: 400,
      json: { code: 'invalid_cursor' },
    })
  }
  expect(await server.request('GET', '/v1/events?state=gone')).toMatchObject({ status: 400 })
  expect(await server.request('GET', '/v1/events?interval=0')).toMatchObject({ status: 400 })
})

test('asking for the head of a stream begins none', async () => {
  expect(await server.request('HEAD', '/v1/events')).toMatchObject({ status: 404 })
})

test('a server that stops ends the streams of those who follow', async () => {
  const other = await startServer(database)
  await using follower = await followEvents(`${other.url}/v1/events`)
  await other.close()
  await follower.ended
  // Kept alive, the connection would hold the server up for as long as it may be idle.
  expect(follower).toMatchObject({ status: 200, connection: 'close' })
})

test('a server that stops does not wait for a follower that does not read', async () => {
  const other = await startServer(database)
  const id = await submit(pool, { lane: await addLane(pool) })
  await addEvents(pool, id, 60_000)
  const { port } = new URL(other.url)
  const socket = connect(Number(port), '127.0.0.1')
  const [[accepted]] = await Promise.all([
    once(other.app.server, 'connection') as Promise<[Socket]>,
    once(socket, 'connect'),
  ])
  socket.pause()
  socket.write(`GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nLast-Event-ID: 0\r\n\r\n`)
  let sent = -1
  await eventually(() => {
    const before = sent
    sent = accepted.bytesWritten
    expect({ sent, waits: accepted.writableLength > 0 }).toEqual({ sent: before, waits: true })
  })
  await expect(other.close()).resolves.toBeUndefined()
  socket.destroy()
})
