import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createLogger } from '../../src/log.ts'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import type { StreamMessage } from '../../src/server/eventStream.ts'
import { sendOverSocket } from '../../src/server/eventSocket.ts'
import { startServer, type TestServerApp } from '../helpers/app.ts'
import { testConfig } from '../helpers/config.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { addEvents, followEvents } from '../helpers/eventStream.ts'
import { addLane, addWorker, outcomeOf, submit } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const server = await startServer(database)
afterAll(() => server.close())
const worker = await addWorker(pool)

interface Follower extends AsyncDisposable {
  socket: WebSocket
  /** Messages that name an event. */
  events: StreamMessage[]
  names(): (string | undefined)[]
  /** Id of the last message. */
  lastId(): string
  closed: Promise<{ code: number; reason: string }>
}

async function follow(
  search = '',
  headers: Record<string, string> = {},
  at: Pick<TestServerApp, 'url'> = server,
): Promise<Follower> {
  const socket = new WebSocket(`${at.url.replace('http', 'ws')}/v1/events/ws${search}`, { headers })
  const events: StreamMessage[] = []
  let lastId = ''
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as StreamMessage
    lastId = message.id
    if (message.event !== undefined) events.push(message)
  })
  const closed = once(socket, 'close').then(([code, reason]) => ({
    code: code as number,
    reason: (reason as Buffer).toString(),
  }))
  await once(socket, 'open')
  // The first message says where the stream begins.
  await eventually(() => expect(lastId).not.toBe(''))
  return {
    socket,
    events,
    names: () => events.map(({ event }) => event),
    lastId: () => lastId,
    closed,
    async [Symbol.asyncDispose]() {
      socket.terminate()
      await closed
    },
  }
}

/** How the server refuses a handshake. */
async function refused(
  search: string,
  headers: Record<string, string>,
  at: Pick<TestServerApp, 'url'> = server,
): Promise<{ status: number; code: string }> {
  const socket = new WebSocket(`${at.url.replace('http', 'ws')}/v1/events/ws${search}`, { headers })
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  let text = ''
  for await (const piece of answer) text += String(piece)
  return { status: answer.statusCode!, code: (JSON.parse(text) as { code: string }).code }
}

async function run(lane: string): Promise<void> {
  await submit(pool, { lane })
  const [claimed] = await claim(pool, worker, lane, 1, false)
  await finishMany(pool, [outcomeOf(claimed!, 'succeeded')])
}

test('a WebSocket brings what the server-sent events bring, message for message', async () => {
  const lane = await addLane(pool)
  await using stream = await followEvents(`${server.url}/v1/events?lane=${lane}`)
  await using follower = await follow(`?lane=${lane}`)
  await run(lane)
  await eventually(() => expect(follower.names()).toEqual(['queued', 'running', 'succeeded']))
  await eventually(() => expect(stream.events).toHaveLength(3))
  expect(follower.events).toEqual(stream.events)
  expect(follower.events[0]).toEqual({
    id: expect.stringMatching(/^\d+/),
    event: 'queued',
    data: expect.objectContaining({ lane, state: 'queued' }),
  })
})

test('who connects again with the last id misses nothing and gets nothing twice, whichever way', async () => {
  const lane = await addLane(pool)
  let last: string
  {
    await using follower = await follow(`?lane=${lane}&state=queued`)
    await submit(pool, { lane })
    await eventually(() => expect(follower.names()).toEqual(['queued']))
    last = follower.events[0]!.id
  }
  await submit(pool, { lane })
  await using again = await follow(`?lane=${lane}&state=queued&last_event_id=${last}`)
  await eventually(() => expect(again.names()).toEqual(['queued']))
  await using stream = await followEvents(`${server.url}/v1/events?lane=${lane}`, { 'last-event-id': last })
  await eventually(() => expect(stream.events).toEqual(again.events))
})

test('without the key or a login there is no WebSocket, and what cannot be followed is refused', async () => {
  const apiKey = 'k'.repeat(40)
  await using locked = await startServer(database, { apiKey })
  const bearer = { authorization: `Bearer ${apiKey}` }
  expect(await refused('', {}, locked)).toEqual({ status: 401, code: 'unauthorized' })
  expect(await refused('', { authorization: 'Bearer wrong' }, locked)).toEqual({ status: 401, code: 'unauthorized' })
  expect(await refused('?last_event_id=yesterday', bearer, locked)).toEqual({ status: 400, code: 'invalid_cursor' })
  expect(await refused('?state=gone', bearer, locked)).toEqual({ status: 400, code: 'invalid_request' })
  await using follower = await follow('', bearer, locked)
  expect(follower.socket.readyState).toBe(WebSocket.OPEN)
})

test('a page of another site cannot connect with a cookie, nor to a server without a login', async () => {
  const apiKey = 'k'.repeat(40)
  await using locked = await startServer(database, { apiKey })
  const { headers } = await locked.request('POST', '/v1/session', { key: apiKey, name: 'Ada' })
  const cookie = headers.get('set-cookie')!.split(';')[0]!
  const cross = { status: 403, code: 'cross_site_request' }
  for (const origin of ['https://evil.example', `http://localhost:1`, 'null']) {
    expect(await refused('', { cookie, origin }, locked)).toEqual(cross)
    expect(await refused('', { origin })).toEqual(cross)
  }
  await using own = await follow('', { cookie, origin: locked.url }, locked)
  // As behind a proxy that does not pass on Host.
  await using proxied = await follow(
    '',
    { cookie, origin: 'https://sluice.example', 'sec-fetch-site': 'same-origin' },
    locked,
  )
  await using keyed = await follow('', { authorization: `Bearer ${apiKey}`, origin: 'https://other.example' }, locked)
  expect([own, proxied, keyed].map(({ socket }) => socket.readyState)).toEqual([1, 1, 1])
})

test('a server that stops closes with 1001, also for a client that does not read', async () => {
  const other = await startServer(database)
  await using follower = await follow('', {}, other)
  const id = await submit(pool, { lane: await addLane(pool) })
  await addEvents(pool, id, 60_000)
  const { port } = new URL(other.url)
  const deaf = connect(Number(port), '127.0.0.1')
  await once(deaf, 'connect')
  deaf.write(
    `GET /v1/events/ws?last_event_id=0 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  )
  await once(deaf, 'readable')
  deaf.pause()
  await other.close()
  expect(await follower.closed).toMatchObject({ code: 1001, reason: expect.stringContaining('stopping') })
  deaf.destroy()
})

test('an ordinary request to the address is told to connect by WebSocket; other upgrades are served as they are', async () => {
  const plain = await server.request('GET', '/v1/events/ws')
  expect(plain).toMatchObject({ status: 426, json: { code: 'upgrade_required' } })
  expect(plain.headers.get('upgrade')).toBe('websocket')
  // As curl --http2 and Java ask, with a body.
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const body = JSON.stringify({ sql: 'select 1' })
  socket.write(
    `POST /v1/queries HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  let answer = ''
  for await (const piece of socket.setEncoding('utf8')) answer += String(piece)
  expect(answer).toMatch(/^HTTP\/1\.1 202 /)
})

/** A socket that does what a test says. */
function fakeSocket() {
  const listeners = new Map<string, () => void>()
  const sent: { text: string; left: () => void }[] = []
  return {
    sent,
    OPEN: 1,
    readyState: 1,
    on: (name: string, listener: () => void) => void listeners.set(name, listener),
    once: (name: string, listener: () => void) => void listeners.set(name, listener),
    send: (text: string, left: () => void) => void sent.push({ text, left }),
    ping: vi.fn<() => void>(),
    close: vi.fn<(code: number, reason: string) => void>(),
    terminate: vi.fn<() => void>(() => listeners.get('close')?.()),
    emit: (name: string) => listeners.get(name)?.(),
  }
}

const logger = createLogger(testConfig({ DATABASE_URL: database.url }), 'test socket')

test('the next page is asked for when the last one has left, and a late reader is told so', async () => {
  const socket = fakeSocket()
  let asked = 0
  async function* pages(): AsyncGenerator<StreamMessage[]> {
    for (; asked < 2;) yield [{ id: String(++asked), event: 'queued' }]
    yield [{ id: '2', event: 'too_slow', data: { detail: 'late' } }]
  }
  const sending = sendOverSocket(socket as never, pages, new AbortController().signal, logger)
  await eventually(() => expect(socket.sent).toHaveLength(1))
  expect(asked).toBe(1)
  socket.sent[0]!.left()
  await eventually(() => expect(socket.sent).toHaveLength(2))
  expect(asked).toBe(2)
  socket.sent[1]!.left()
  await eventually(() => expect(socket.sent).toHaveLength(3))
  socket.sent[2]!.left()
  await sending
  expect(socket.close).toHaveBeenCalledWith(1013, expect.stringContaining('keep up'))
  socket.emit('close')
})

test('a client that answers no ping is let go', async () => {
  vi.useFakeTimers()
  const socket = fakeSocket()
  const gone = Promise.withResolvers<void>()
  async function* quiet(signal: AbortSignal): AsyncGenerator<StreamMessage[]> {
    signal.addEventListener('abort', () => gone.resolve())
    await gone.promise
    yield []
  }
  const sending = sendOverSocket(socket as never, quiet, new AbortController().signal, logger)
  vi.advanceTimersByTime(15_000)
  socket.emit('pong')
  vi.advanceTimersByTime(15_000)
  expect(socket.ping).toHaveBeenCalledTimes(2)
  expect(socket.terminate).not.toHaveBeenCalled()
  vi.advanceTimersByTime(15_000)
  expect(socket.terminate).toHaveBeenCalled()
  await sending
  vi.useRealTimers()
})
