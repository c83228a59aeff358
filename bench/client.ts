import type { Stack } from './stack.ts'

/** What the bench looks at of a query resource. */
export interface QueryResource {
  id: string
  state: string
  started_at: string | null
  finished_at: string | null
  error: { message: string } | null
}

const longestWaitSeconds = 60

/** One request to the server with the bench's key. */
export async function callServer(
  { url, apiKey }: Pick<Stack, 'url' | 'apiKey'>,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
  return await fetch(`${url}${path}`, { ...init, headers })
}

/** Submits a query; throws if it is refused. */
export async function submitQuery(stack: Stack, body: object, signal: AbortSignal): Promise<QueryResource> {
  return await resource(await callServer(stack, '/v1/queries', { method: 'POST', body: JSON.stringify(body), signal }))
}

/** Submits a query and waits for its end; throws unless it succeeded. */
export async function runQuery(stack: Stack, body: object, signal: AbortSignal): Promise<QueryResource> {
  const wait = `wait=${longestWaitSeconds}`
  let query = await resource(
    await callServer(stack, `/v1/queries?${wait}`, { method: 'POST', body: JSON.stringify(body), signal }),
  )
  while (query.finished_at === null) {
    query = await resource(await callServer(stack, `/v1/queries/${query.id}?${wait}`, { signal }))
  }
  if (query.state !== 'succeeded') throw new Error(`The query ${query.state}: ${query.error?.message}`)
  return query
}

async function resource(answer: Response): Promise<QueryResource> {
  if (!answer.ok) throw new Error(`The server answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as QueryResource
}
