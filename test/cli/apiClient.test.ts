import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createApiClient, type ApiClient } from '../../src/cli/client/apiClient.ts'
import { ApiError, isPassing, NotSluice, ServerUnreachable } from '../../src/cli/client/apiErrors.ts'
import type { Query } from '../../src/cli/client/apiTypes.ts'
import { awaitEnd } from '../../src/cli/client/awaitEnd.ts'
import { freePort } from '../helpers/server.ts'

const id = '01890000-0000-7000-8000-000000000000'

/** A client of a server that answers in this way. */
async function answering(
  listener: RequestListener,
  apiKey?: string,
): Promise<AsyncDisposable & { client: ApiClient; url: string }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    client: createApiClient({ url, apiKey }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What a call is rejected with. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => undefined,
    (error: unknown) => error,
  )
}

function answerJson(body: unknown, status = 200, type = 'application/json'): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body))
  }
}

const asQuery = (state: Query['state']): Query => ({ id, state }) as Query

test('a refusal is an ApiError with the problem that the server sent', async () => {
  const problem = { title: 'T', status: 404, detail: 'There is none.', code: 'query_not_found', retryable: false }
  await using server = await answering(answerJson(problem, 404, 'application/problem+json; charset=utf-8'))
  const error = await errorOf(server.client.query(id))
  expect(error).toBeInstanceOf(ApiError)
  expect((error as ApiError).problem).toEqual(problem)
  expect(isPassing(error)).toBe(false)
})

test('a server that is not there is named with its address and what to do', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  const error = await errorOf(createApiClient({ url, apiKey: undefined }).query(id))
  expect(error).toBeInstanceOf(ServerUnreachable)
  expect((error as Error).message).toContain(`${url} (ECONNREFUSED). Start one with sluice dev`)
  expect(isPassing(error)).toBe(true)
})

test('another server at the address is not taken for Sluice', async () => {
  await using page = await answering((_request, response) => response.setHeader('content-type', 'text/html').end('<p>'))
  expect(await errorOf(page.client.query(id))).toBeInstanceOf(NotSluice)
  await using wrong = await answering(answerJson({ error: 'no' }, 404))
  expect(await errorOf(wrong.client.query(id))).toBeInstanceOf(NotSluice)
})

test('a server that is stopping, and a proxy before one that is away, pass', async () => {
  await using server = await answering(answerJson({ error: 'Service Unavailable' }, 503))
  const error = await errorOf(server.client.query(id))
  expect(error).toBeInstanceOf(ServerUnreachable)
  expect(isPassing(error)).toBe(true)
})

test('an answer that breaks off is not taken for whole', async () => {
  await using server = await answering((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
    response.write('{"id":', () => response.destroy())
  })
  expect(await errorOf(server.client.query(id))).toBeInstanceOf(ServerUnreachable)
})

test('the key goes in the Authorization header, and only if there is one', async () => {
  const seen: (string | undefined)[] = []
  const listener: RequestListener = (request, response) => {
    seen.push(request.headers.authorization)
    answerJson(asQuery('queued'))(request, response)
  }
  await using open = await answering(listener)
  await using closed = await answering(listener, 'secret')
  await open.client.query(id)
  await closed.client.query(id)
  expect(seen).toEqual([undefined, 'Bearer secret'])
})

test('a list goes on from page to page until it has enough', async () => {
  const asked: string[] = []
  await using server = await answering((request, response) => {
    const parameters = new URL(request.url!, 'http://host').searchParams
    asked.push(parameters.toString())
    const page = Array.from({ length: Number(parameters.get('limit')) }, () => asQuery('queued'))
    answerJson({ queries: page, cursor: 'next' })(request, response)
  })
  expect(await server.client.list({ lane: ['reports'], label: ['a:1', 'b:2'] }, 1500)).toHaveLength(1500)
  expect(asked).toEqual([
    'lane=reports&label=a%3A1&label=b%3A2&limit=1000',
    'lane=reports&label=a%3A1&label=b%3A2&limit=500&cursor=next',
  ])
})

test('waiting goes on from slice to slice and reports what it sees', async () => {
  const states: Query['state'][] = ['queued', 'running', 'succeeded']
  const seen: string[] = []
  const waits: number[] = []
  const client = {
    query: async (_id: string, waitSeconds = 0) => {
      waits.push(waitSeconds)
      return asQuery(states.shift()!)
    },
  }
  const query = await awaitEnd(client, asQuery('queued'), { sliceSeconds: 7, seen: ({ state }) => seen.push(state) })
  expect(query.state).toBe('succeeded')
  expect(seen).toEqual(['queued', 'running', 'succeeded'])
  expect(waits).toEqual([7, 7, 7])
})

test('waiting asks again when the server is away for a moment', async () => {
  const answers = [
    () => Promise.reject(new ServerUnreachable('http://host', new Error('gone'))),
    async () => asQuery('failed'),
  ]
  const troubles: unknown[] = []
  const client = { query: () => answers.shift()!() }
  const query = await awaitEnd(client, asQuery('running'), { away: (error) => troubles.push(error) })
  expect(query.state).toBe('failed')
  expect(troubles).toHaveLength(1)
})

test('waiting ends with an error that does not pass', async () => {
  const problem = { type: '', title: '', status: 404, detail: '', code: 'query_not_found', retryable: false }
  const client = { query: () => Promise.reject(new ApiError(problem)) }
  expect(await errorOf(awaitEnd(client, asQuery('running'), {}))).toBeInstanceOf(ApiError)
})

test('waiting ends at once when it is aborted', async () => {
  const controller = new AbortController()
  const asked = Promise.withResolvers<void>()
  await using server = await answering(() => asked.resolve())
  const waiting = errorOf(awaitEnd(server.client, asQuery('running'), { signal: controller.signal }))
  await asked.promise
  controller.abort()
  expect(await waiting).toMatchObject({ name: 'AbortError' })
})

test('waiting that has a limit gives back what it last saw', async () => {
  const client = { query: async () => asQuery('running') }
  expect(await awaitEnd(client, asQuery('queued'), { limitSeconds: 0 })).toEqual(asQuery('queued'))
  expect(await awaitEnd(client, asQuery('queued'), { limitSeconds: 0.3 })).toEqual(asQuery('running'))
})
