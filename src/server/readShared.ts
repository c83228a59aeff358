import type { FastifyRequest } from 'fastify'
import type { Services } from './services.ts'

/** What a request may ask for at most; a page that polls asks for one or two seconds. */
const mostSeconds = 15

/**
 * What a route reads, at most as old as its request allows: with `Cache-Control: max-age=N` an answer that
 * another viewer got within N seconds is given to this one, too. Without, it is read now.
 *
 * @param leastSeconds whatever the request says, an answer that old will do
 */
export async function readShared<T>(
  { reads }: Pick<Services, 'reads'>,
  request: FastifyRequest,
  read: () => Promise<T>,
  leastSeconds = 0,
): Promise<T> {
  const asked = Number(/^max-age=(\d{1,5})$/.exec(request.headers['cache-control'] ?? '')?.[1] ?? 0)
  const seconds = Math.max(leastSeconds, Math.min(asked, mostSeconds))
  if (seconds === 0) return await read()
  return await reads.get(`answer ${request.principal.tenant} ${request.url}`, seconds * 1000, read)
}
