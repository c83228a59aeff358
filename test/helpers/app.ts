/**
 * A server in the test's process, like that of `sluice server`:
 *
 *     const server = await startServer(database)       // listens on a free port: server.url
 *     afterAll(() => server.close())
 *     const answer = await server.request('POST', '/v1/queries?wait=10', { sql: 'select 1' })
 *     expect(answer).toMatchObject({ status: 200, json: { state: 'succeeded' } })
 *
 * Inside a test `await using server = await startServer(database)` closes it. `app.inject` works on
 * `server.app`. Every JSON answer is compared with the schema of its route; see contract.ts.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { pages } from '../../src/admin/pages.ts'
import { createLogger } from '../../src/log.ts'
import { serve } from '../../src/server/serve.ts'
import { checkAnswers } from './contract.ts'
import { testConfig } from './config.ts'
import type { TestDatabase } from './database.ts'
import { noteStarted } from './running.ts'

/** An answer, read to its end. */
export interface Answer {
  status: number
  headers: Headers
  /** The body as bytes. */
  body: Buffer
  /** The body as JSON; undefined if it is not. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests compare it with what they expect
  json: any
}

/** A server that listens. */
export interface TestServerApp extends AsyncDisposable {
  app: FastifyInstance
  url: string
  /**
   * Sends a request.
   *
   * @param body sent as JSON unless undefined
   */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  /** @param graceSeconds how long all is still answered; none unless told */
  close(graceSeconds?: number): Promise<void>
}

/**
 * Starts a server on a free port of loopback.
 *
 * @param apiKey what requests must show; undefined: no login
 * @param settings environment variables, as for `sluice server`
 */
export async function startServer(
  database: Pick<TestDatabase, 'url'>,
  { apiKey, settings = {} }: { apiKey?: string; settings?: Record<string, string> } = {},
): Promise<TestServerApp> {
  const config = testConfig({ DATABASE_URL: database.url, SLUICE_PORT: '0', ...settings })
  let app: FastifyInstance | undefined
  const onApp = (message: unknown): void => {
    app = (message as { fastify: FastifyInstance }).fastify
    checkAnswers(app)
  }
  // Hooks must be there before the routes are, which no option of the application allows.
  subscribe('fastify.initialization', onApp)
  const server = await serve({
    config,
    apiKey,
    logger: createLogger(config, 'test server'),
    pages: pages(config.admin),
  }).finally(() => unsubscribe('fastify.initialization', onApp))
  let closed: Promise<void> | undefined
  const close = (graceSeconds = 0): Promise<void> => {
    stopped()
    closed ??= server.close(graceSeconds)
    return closed
  }
  const stopped = noteStarted(`server ${server.url}`, close)
  return {
    app: app!,
    url: server.url,
    request: (method, path, body, headers) => request(server.url + path, method, body, headers),
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

async function request(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const isJson = /^application\/(problem\+)?json/.test(answer.headers.get('content-type') ?? '')
  return {
    status: answer.status,
    headers: answer.headers,
    body: bytes,
    json: isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined,
  }
}
