import { once } from 'node:events'
import net from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterEach, expect, test } from 'vitest'
import { Networks } from '../../src/delivery/addresses.ts'
import { Poster } from '../../src/delivery/post.ts'
import { judge } from '../../src/delivery/retries.ts'
import { createSecret, signedHeaders } from '../../src/delivery/signature.ts'
import { startReceiver } from '../helpers/receiver.ts'

const loopback = new Networks(['127.0.0.0/8'])
const posters: Poster[] = []
afterEach(() => {
  for (const poster of posters.splice(0)) poster.close()
})

function posterOf(networks: Networks, timeoutMs = 5_000): Poster {
  const poster = new Poster(networks, { timeoutMs })
  posters.push(poster)
  return poster
}

test('a receiver with the library of Standard Webhooks accepts the signature, and no other body', () => {
  const secret = createSecret()
  const body = '{"type": "query.succeeded", "data": {"name": "Grüße"}}'
  const headers = signedHeaders('msg_1', new Date(), body, [secret])
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
  expect(() => new Webhook(secret).verify(body.replace('G', 'g'), headers)).toThrow(/signature/)
  expect(() => new Webhook(createSecret()).verify(body, headers)).toThrow(/signature/)
})

test('while a secret is replaced, receivers with the old one and those with the new one accept', () => {
  const [old, current] = [createSecret(), createSecret()]
  const headers = signedHeaders('msg_1', new Date(), '{}', [current, old])
  for (const secret of [old, current]) expect(new Webhook(secret).verify('{}', headers)).toEqual({})
})

test('a secret holds 32 random bytes', () => {
  const secret = createSecret()
  expect(secret).toMatch(/^whsec_/)
  expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32)
  expect(createSecret()).not.toBe(secret)
})

test('the body and the headers arrive as they were signed', async () => {
  await using receiver = await startReceiver()
  const body = '{"type": "x", "text": "äöü"}'
  const answer = await posterOf(loopback).post(`${receiver.url}/hook?x=1`, { 'webhook-id': 'msg_1' }, body)
  expect(answer).toEqual({ status: 204, retryAfterSeconds: undefined, error: undefined })
  expect(receiver.received).toMatchObject([
    { path: '/hook?x=1', body, headers: { 'webhook-id': 'msg_1', 'content-type': 'application/json' } },
  ])
  expect(receiver.received[0]!.headers['user-agent']).toMatch(/^sluice\//)
})

test('redirects are not followed', async () => {
  await using receiver = await startReceiver()
  receiver.answer = { status: 307, headers: { location: `${receiver.url}/elsewhere` } }
  expect(await posterOf(loopback).post(receiver.url, {}, '{}')).toMatchObject({ status: 307 })
  expect(receiver.received).toHaveLength(1)
})

test('a receiver that does not answer is given up after the time limit', async () => {
  await using receiver = await startReceiver()
  receiver.answer = 'hang'
  expect(await posterOf(loopback, 200).post(receiver.url, {}, '{}')).toMatchObject({
    status: undefined,
    error: 'timeout',
  })
})

/** Listens on loopback, and answers the first bytes of each connection with `bytes`, keeping it open. */
async function startRaw(bytes: string): Promise<AsyncDisposable & { url: string }> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('data', () => socket.write(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

test('a receiver that wants to switch protocols has answered 101, which is no success', async () => {
  await using raw = await startRaw('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n')
  const answer = await posterOf(loopback).post(raw.url, {}, '{}')
  expect(answer).toMatchObject({ status: 101, error: undefined })
  expect(judge(answer, 1, 0.5)).toMatchObject({ succeeded: false, error: 'status 101' })
})

test('a status counts, however slowly its body comes', async () => {
  await using raw = await startRaw('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx')
  expect(await posterOf(loopback, 500).post(raw.url, {}, '{}')).toMatchObject({ status: 200, error: undefined })
  expect(await posterOf(loopback, 60_000).post(raw.url, {}, '{}')).toMatchObject({ status: 200, error: undefined })
})

test('an attempt ends when it is told to', async () => {
  await using receiver = await startReceiver()
  const stop = new AbortController()
  receiver.answer = () => {
    stop.abort()
    return 'hang'
  }
  expect(await posterOf(loopback, 60_000).post(receiver.url, {}, '{}', stop.signal)).toMatchObject({
    status: undefined,
  })
})

test('a receiver that is not there is told of by the error of the system', async () => {
  await using receiver = await startReceiver()
  const { url } = receiver
  await receiver[Symbol.asyncDispose]()
  expect(await posterOf(loopback).post(url, {}, '{}')).toMatchObject({ status: undefined, error: 'ECONNREFUSED' })
})

test.each([
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:1::1',
  '::a00:1',
  '::127.0.0.1',
  '4000::1',
])('%s is not called unless its network is allowed', (address) => {
  expect(new Networks([]).refusal(address, 'https:')).toBe('private address')
  expect(new Networks([address]).refusal(address, 'https:')).toBeUndefined()
  expect(new Networks([address]).refusal(address, 'http:')).toBeUndefined()
})

test.each(['93.184.215.14', '8.8.8.8', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])(
  '%s is called, by https only',
  (address) => {
    expect(new Networks([]).refusal(address, 'https:')).toBeUndefined()
    expect(new Networks([]).refusal(address, 'http:')).toBe('http to a public address')
  },
)

test('an allowed network allows its addresses and no others', () => {
  const networks = new Networks(['10.0.0.0/8', 'fd00::/8'])
  expect(networks.refusal('10.200.0.1', 'http:')).toBeUndefined()
  expect(networks.refusal('::ffff:10.200.0.1', 'http:')).toBeUndefined()
  expect(networks.refusal('fd00::1', 'http:')).toBeUndefined()
  expect(networks.refusal('11.0.0.1', 'http:')).toBe('http to a public address')
  expect(networks.refusal('192.168.0.1', 'https:')).toBe('private address')
  expect(() => new Networks(['example.com'])).toThrow(/no network/)
})

test.each([
  'http://127.0.0.1:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f.1:PORT/',
  'http://localhost:PORT/',
])('%s does not reach what listens on this machine', async (address) => {
  await using receiver = await startReceiver()
  const answer = await posterOf(new Networks(['10.0.0.0/8'])).post(
    address.replace('PORT', String(receiver.port)),
    {},
    '{}',
  )
  expect(answer).toMatchObject({ status: undefined, error: 'private address' })
  expect(receiver.received).toEqual([])
})

test('the address that was checked is the one that is called, whatever the name server says next', async () => {
  await using receiver = await startReceiver()
  const answers = ['127.0.0.1', '127.0.0.2']
  // 127.0.0.1 alone is allowed; the second answer of the name server would be another address.
  const networks = new Networks(['127.0.0.1'])
  const poster = new Poster(networks, {
    timeoutMs: 5_000,
    resolve: (_name, _options, callback) => callback(null, [{ address: answers.shift() ?? '10.0.0.1', family: 4 }]),
  })
  posters.push(poster)
  const first = await poster.post(`http://rebinding.example:${receiver.port}/`, {}, '{}')
  expect(first).toMatchObject({ status: 204 })
  expect(answers, 'the name was asked about once').toHaveLength(1)
  receiver.answer = { status: 204, headers: { connection: 'close' } }
  await poster.post(`http://rebinding.example:${receiver.port}/`, {}, '{}')
  expect(await poster.post(`http://rebinding.example:${receiver.port}/`, {}, '{}')).toMatchObject({
    status: undefined,
    error: 'private address',
  })
})

test.each([
  [{ status: 200 }, { succeeded: true, retrySeconds: null, pauseSeconds: null, gone: false }],
  [{ status: 204 }, { succeeded: true }],
  [{ status: 301 }, { succeeded: false, error: 'status 301' }],
  [{ status: 404 }, { succeeded: false, retrySeconds: 5, pauseSeconds: null }],
  [{ status: 410 }, { succeeded: false, gone: true }],
  [
    { status: 429, retryAfterSeconds: 120 },
    { retrySeconds: 120, pauseSeconds: 120 },
  ],
  [{ status: 503 }, { retrySeconds: 5, pauseSeconds: 30 }],
  [
    { status: 500, retryAfterSeconds: 60 },
    { retrySeconds: 60, pauseSeconds: null },
  ],
  [
    { status: 503, retryAfterSeconds: 10_000_000 },
    { retrySeconds: 86_400, pauseSeconds: 86_400 },
  ],
  [{ error: 'timeout' }, { succeeded: false, error: 'timeout', retrySeconds: 5 }],
])('after %j comes %j', (answer, expected) => {
  const whole = { status: undefined, retryAfterSeconds: undefined, error: undefined, ...answer }
  expect(judge(whole, 1, 0.5)).toMatchObject(expected)
})

test('ten attempts spread over three days, with jitter; then it is given up', () => {
  const failed = { status: 500, retryAfterSeconds: undefined, error: undefined }
  const delays = Array.from({ length: 10 }, (_, i) => judge(failed, i + 1, 0.5).retrySeconds)
  expect(delays).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, null])
  expect(judge(failed, 2, 0).retrySeconds).toBe(270)
  expect(judge(failed, 2, 1).retrySeconds).toBeCloseTo(330)
})
