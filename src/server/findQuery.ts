import { RequestError } from '../errors.ts'
import { isTerminal } from '../queries/states.ts'
import { readDetails, type QueryDetails } from './queryWaiters.ts'
import { manifestOf } from './resource.ts'
import type { Services } from './services.ts'

/**
 * Reads a query, after waiting for it to end if asked to.
 *
 * @param gone aborted when the client has gone
 * @throws RequestError query_not_found
 */
export async function findQuery(
  { pool, waiters, wanted }: Services,
  tenant: string,
  id: string,
  waitSeconds: number,
  gone: AbortSignal,
): Promise<QueryDetails> {
  const waiting = waitSeconds > 0 ? waiters.enter(tenant, id, waitSeconds * 1000) : undefined
  const leave = (): void => waiting?.leave()
  gone.addEventListener('abort', leave, { once: true })
  let release: (() => void) | undefined
  try {
    const query = await readOne(pool, tenant, id)
    release = wanted.hold(query)
    if (waiting === undefined || isTerminal(query.state)) return query
    return (await waiting.ended) ?? (await readOne(pool, tenant, id))
  } finally {
    gone.removeEventListener('abort', leave)
    release?.()
    leave()
  }
}

/**
 * Reads a query, after waiting until something of its result is there or it has ended.
 *
 * @param gone aborted when the client has gone
 * @throws RequestError query_not_found
 */
export async function findStarted(
  services: Services,
  tenant: string,
  id: string,
  waitSeconds: number,
  gone: AbortSignal,
): Promise<QueryDetails> {
  const { pool, waiters, growth, wanted } = services
  const enough = new AbortController()
  const waiting = waiters.enter(tenant, id, waitSeconds * 1000)
  gone.addEventListener('abort', waiting.leave, { once: true })
  let release: (() => void) | undefined
  try {
    const query = await readOne(pool, tenant, id)
    release = wanted.hold(query)
    if (isTerminal(query.state) || manifestOf(query) !== undefined) return query
    const started = growth.next(id, undefined, AbortSignal.any([gone, enough.signal])).catch(() => undefined)
    await Promise.race([started, waiting.ended])
    return await readOne(pool, tenant, id)
  } finally {
    gone.removeEventListener('abort', waiting.leave)
    release?.()
    waiting.leave()
    enough.abort()
  }
}

async function readOne(pool: Services['pool'], tenant: string, id: string): Promise<QueryDetails> {
  const [query] = await readDetails(pool, tenant, [id])
  if (query === undefined) throw new RequestError('query_not_found', `There is no query ${id}.`)
  return query
}
