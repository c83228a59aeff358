/**
 * A receiver of webhooks:
 *
 *     await using receiver = await startReceiver()
 *     receiver.answer = 500                                  // or a function of the request
 *     await eventually(() => expect(receiver.received).toHaveLength(1))
 */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request that came. */
export interface Received {
  path: string
  headers: Record<string, string>
  body: string
  /** The body as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests compare it with what they expect
  json: any
}

type Reply = number | { status: number; headers?: Record<string, string> } | 'hang'

export interface Receiver extends AsyncDisposable {
  url: string
  port: number
  received: Received[]
  /** How it answers from now on. */
  answer: Reply | ((request: Received) => Reply | Promise<Reply>)
}

/** Starts one on a free port of loopback; it answers 204. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const server = http.createServer((request, response) => {
    void text(request).then(async (body) => {
      const each: Received = {
        path: request.url!,
        headers: request.headers as Record<string, string>,
        body,
        json: JSON.parse(body),
      }
      received.push(each)
      const reply = typeof receiver.answer === 'function' ? await receiver.answer(each) : receiver.answer
      if (reply === 'hang') return
      const { status, headers = {} } = typeof reply === 'number' ? { status: reply } : reply
      response.writeHead(status, headers).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    answer: 204,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return receiver
}
