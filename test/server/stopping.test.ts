import { once } from 'node:events'
import { Agent, request as send, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'

const database = await createDatabase()
await createSource(database)

test('a server that stops does not wait for connections on which nothing was asked', async () => {
  await using server = await startServer(database)
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').resume()
  await once(socket, 'connect')
  // So that the server has the connection too.
  expect(await server.request('GET', '/health/live')).toMatchObject({ status: 200 })
  const closed = once(socket, 'close')
  await server.close()
  await closed
})

test('a server that stops answers everything during its grace, and closes each connection with its answer', async () => {
  await using server = await startServer(database)
  using idle = keepAlive()
  using waiting = keepAlive()
  const first = await ask(idle, `${server.url}/health/ready`)
  expect(first.headers).toMatchObject({ connection: 'keep-alive', 'keep-alive': 'timeout=4' })

  const held = ask(waiting, `${server.url}/v1/queries?wait=60`, { sql: 'select 1', on_wait_timeout: 'cancel' })
  const id = await eventually(async () => {
    const { rows } = await database.pool.query<{ id: string }>('select id from sluice.queries')
    expect(rows).toHaveLength(1)
    return rows[0]!.id
  })
  const closed = server.close(2)

  // On the connection that was there, and on a new one.
  const ready = await ask(idle, `${server.url}/health/ready`)
  expect(ready).toMatchObject({ status: 503, isReused: true, headers: { connection: 'close' } })
  expect(JSON.parse(ready.body)).toMatchObject({
    detail: expect.stringContaining('is stopping'),
    checks: { accepting: false, database: true },
  })
  const read = await ask(idle, `${server.url}/v1/queries/${id}`)
  expect(read).toMatchObject({ status: 200, isReused: false, headers: { connection: 'close' } })

  const early = await held
  expect(early).toMatchObject({ status: 202, headers: { connection: 'close' } })
  await closed
  await expect(ask(idle, `${server.url}/health/live`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  // The wait has not timed out, so nothing was canceled.
  const { rows } = await database.pool.query('select state from sluice.queries where id = $1', [id])
  expect(rows).toEqual([{ state: 'queued' }])
})

test('a connection that comes with the end of the grace is answered', async () => {
  await using server = await startServer(database)
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(socket, 'connect')
  expect(await server.request('GET', '/health/live')).toMatchObject({ status: 200 })
  const closed = server.close(0.001)
  await eventually(async () => {
    await expect(fetch(server.url)).rejects.toThrow('fetch failed')
  })
  socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*connection: close/i)
  await closed
})

function keepAlive(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() })
}

/** Sends a request, with a body if there is one, and reads its answer. */
async function ask(
  agent: Agent,
  url: string,
  body?: object,
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string; isReused: boolean }> {
  const request = send(url, {
    agent,
    ...(body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } }),
  })
  request.end(body === undefined ? undefined : JSON.stringify(body))
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return {
    status: answer.statusCode!,
    headers: answer.headers,
    body: await text(answer),
    isReused: request.reusedSocket,
  }
}
