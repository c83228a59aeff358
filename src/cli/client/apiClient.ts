import { ApiError, NotSluice, ServerUnreachable } from './apiErrors.ts'
import type { CapturedPlan, ListFilter, Problem, Query, ResultFormat, ResultWindow, SubmitRequest } from './apiTypes.ts'
import { operatorCalls } from './operatorCalls.ts'
import { searchParams, type Call, type RequestOptions } from './call.ts'
import { parseExactJson } from './exactJson.ts'

/** What an answer may take beyond the wait that was asked for. */
const patienceMs = 30_000
const largestPage = 1000
/** What an action on all that match may take. */
const bulkSeconds = 600
const awayStatuses = new Set([502, 503, 504])

/** Where the server is, and the key to it. */
export interface ApiAddress {
  /** `http://host:port`, without a slash at the end. */
  url: string
  apiKey: string | undefined
}

/**
 * The calls of the HTTP API that the commands need. Every call throws ApiError if the server
 * refuses, ServerUnreachable or NotSluice if there is none, and the signal's reason if aborted.
 */
export type ApiClient = ReturnType<typeof createApiClient>

/** A client of the HTTP API. It holds nothing that must be closed. */
export function createApiClient(address: ApiAddress) {
  const json: Call = async <T>(method: string, path: string, options: RequestOptions = {}): Promise<T> => {
    const response = await request(address, method, path, options)
    if (response.status === 204) return undefined as T
    if (!isJson(response)) throw new NotSluice(address.url, response)
    return (await readJson(address, response, options.signal)) as T
  }
  const onQuery = (id: string): string => `/v1/queries/${encodeURIComponent(id)}`

  return {
    /** @param key two submissions with the same key are one */
    submit: (body: SubmitRequest, key: string) =>
      json<Query>('POST', '/v1/queries', { body, headers: { 'idempotency-key': key } }),

    /** The query, after it ended or `waitSeconds` (0 to 60) passed. */
    query: (id: string, waitSeconds = 0, signal?: AbortSignal) =>
      json<Query>('GET', `${onQuery(id)}?wait=${waitSeconds}`, { waitSeconds, signal }),

    /** The plan of an attempt, the last that has one unless it is named. */
    plan: (id: string, attempt?: number) =>
      json<CapturedPlan>('GET', `${onQuery(id)}/plan?${searchParams({ attempt })}`),

    cancel: (id: string) => json<Query>('POST', `${onQuery(id)}/cancel`),

    /** Cancels all that match, wait or run; with `dryRun` only counts them. */
    cancelAll: (filter: ListFilter, dryRun: boolean) =>
      json<{ matching: number; canceled: number }>(
        'POST',
        `/v1/queries/cancel?${searchParams({ ...filter, dry_run: String(dryRun) })}`,
        { waitSeconds: bulkSeconds },
      ),

    /** Runs an ended query again; the new one. */
    retry: (id: string) => json<Query>('POST', `${onQuery(id)}/retry`),

    /** Repeats all that match, did not succeed and were not repeated yet; with `dryRun` only counts them. */
    retryAll: (filter: ListFilter, dryRun: boolean) =>
      json<{ matching: number; retried: number }>(
        'POST',
        `/v1/queries/retry?${searchParams({ ...filter, dry_run: String(dryRun) })}`,
        { waitSeconds: bulkSeconds },
      ),

    /** The newest `limit` queries that match, newest first. */
    async list(filter: ListFilter, limit: number): Promise<Query[]> {
      const queries: Query[] = []
      let cursor: string | null = null
      do {
        const page: { queries: Query[]; cursor: string | null } = await json(
          'GET',
          `/v1/queries?${searchParams({ ...filter, limit: Math.min(limit - queries.length, largestPage), cursor })}`,
        )
        queries.push(...page.queries)
        cursor = page.cursor
      } while (cursor !== null && queries.length < limit)
      return queries
    },

    /** The result as it streams in. */
    async result(id: string, format: ResultFormat, window: ResultWindow, signal?: AbortSignal): Promise<Response> {
      // On the same machine compressing costs more than it saves.
      const encoding = isLoopback(address.url) ? 'identity' : 'gzip'
      const path = `${onQuery(id)}/result?${searchParams({ format, ...window })}`
      return await request(address, 'GET', path, {
        headers: { accept: '*/*', 'accept-encoding': encoding },
        signal,
        stream: true,
      })
    },

    keepResult: (id: string, ttlSeconds: number) =>
      json<Query>('PATCH', `${onQuery(id)}/result`, { body: { ttl_seconds: ttlSeconds } }),
    deleteResult: (id: string) => json<undefined>('DELETE', `${onQuery(id)}/result`),

    ...operatorCalls(json),
  }
}

async function request(
  { url, apiKey }: ApiAddress,
  method: string,
  path: string,
  { body, headers, waitSeconds = 0, signal, stream = false }: RequestOptions,
): Promise<Response> {
  const signals = [
    ...(signal === undefined ? [] : [signal]),
    ...(stream ? [] : [AbortSignal.timeout(waitSeconds * 1000 + patienceMs)]),
  ]
  const init: RequestInit = {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...headers,
    },
    signal: AbortSignal.any(signals),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
  let response: Response
  try {
    response = await fetch(url + path, init)
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ServerUnreachable(url, error)
  }
  if (response.ok) return response
  if (isProblem(response)) throw new ApiError((await readJson({ url, apiKey }, response, signal)) as Problem)
  await response.body?.cancel()
  // A server that is stopping, or a proxy before one that is away.
  if (awayStatuses.has(response.status)) throw new ServerUnreachable(url, new Error(`status ${response.status}`))
  throw new NotSluice(url, response)
}

async function readJson({ url }: ApiAddress, response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  let text: string
  try {
    text = await response.text()
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ServerUnreachable(url, error)
  }
  try {
    return parseExactJson(text)
  } catch {
    throw new NotSluice(url, response)
  }
}

function isJson(response: Response): boolean {
  return /^application\/json\b/.test(response.headers.get('content-type') ?? '')
}

function isProblem(response: Response): boolean {
  return /^application\/problem\+json\b/.test(response.headers.get('content-type') ?? '')
}

function isLoopback(url: string): boolean {
  return /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/.test(url)
}
