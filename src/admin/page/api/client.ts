import type { Api, Problem } from './types.generated.ts'

/** A "METHOD /path" of the API. */
export type Route = keyof Api

type Part<R extends Route, Name extends string> = Api[R] extends Record<Name, infer Type> ? Type : never

/** What a route answers. */
export type Answer<R extends Route> = [Part<R, 'answer'>] extends [never] ? undefined : Part<R, 'answer'>

/** Members are asked for where the route has them; a query string of optional members may be left out. */
type Given<R extends Route, Name extends string> = [Part<R, Name>] extends [never]
  ? Partial<Record<Name, undefined>>
  : object extends Part<R, Name>
    ? Partial<Record<Name, Part<R, Name>>>
    : Record<Name, Part<R, Name>>

/** What a route takes: members of the address, query string, body. */
export type Input<R extends Route> = Given<R, 'params'> & Given<R, 'query'> & Given<R, 'body'>

/** A refusal of the server, or that it could not be reached. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly problem: Problem | undefined

  constructor(message: string, problem?: Problem, cause?: unknown) {
    super(message, { cause })
    this.problem = problem
  }
}

/** Whether a request failed for the server's sake: it was not reached, or says that it may go better later. */
export function isAboutServer(error: Error): boolean {
  return !(error instanceof ApiError) || error.problem === undefined || error.problem.status >= 500
}

const usualMaxAgeSeconds = 2
let lastActionAt = -Infinity

/**
 * How old an answer to a reading may be: what is read again and again is read once for all who look. After
 * an action of this page nothing will do that may have been read before it.
 */
function maxAge(seconds: number): string | undefined {
  return performance.now() - lastActionAt < (seconds + 1) * 1000 ? undefined : `max-age=${seconds}`
}

/**
 * Sends a request to the API.
 *
 * @param maxAgeSeconds how old the answer to a reading may be
 * @throws ApiError, or the signal's reason
 */
export async function call<R extends Route>(
  route: R,
  input: unknown,
  signal?: AbortSignal,
  maxAgeSeconds: number = usualMaxAgeSeconds,
): Promise<Answer<R>> {
  const { params, query, body } = (input ?? {}) as { params?: object; query?: object; body?: unknown }
  const [method = 'GET', path = ''] = route.split(' ')
  const age = method === 'GET' ? maxAge(maxAgeSeconds) : undefined
  const response = await send(addressOf(path, params, query), {
    method,
    headers: {
      Accept: 'application/json',
      ...(age === undefined ? {} : { 'Cache-Control': age }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (method !== 'GET') lastActionAt = performance.now()
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as Answer<R>
}

/**
 * Sends a request to any address of the server.
 *
 * @throws ApiError unless the answer is a success; the signal's reason
 */
export async function send(address: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(address, init).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error
    throw new ApiError('The server cannot be reached.', undefined, error)
  })
  if (response.ok) return response
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined
  throw new ApiError(problem?.detail ?? `The server answered ${response.status}.`, problem)
}

/** The address of a route, with its parameters filled in. */
export function addressOf(path: string, params: object = {}, query: object = {}): string {
  const filled = Object.entries(params).reduce(
    (address, [name, value]) => address.replace(`{${name}}`, encodeURIComponent(String(value))),
    path,
  )
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value as string | number | boolean | undefined].flat())
      if (item !== undefined && item !== '') search.append(name, String(item))
  }
  return search.size === 0 ? filled : `${filled}?${search.toString()}`
}
