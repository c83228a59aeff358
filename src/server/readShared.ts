import type { FastifyRequest } from 'fastify'
import type { Services } from './services.ts'

/** What a request may ask for at most; a page that polls asks for one or two seconds. */
const mostSeconds = 15

/**
 * What a route reads, at most as old as its request allows: with `Cache-Control: max-age=N` an answer that
 * another viewer got within N seconds is given to this one, too. Without, it is read now.
 */
export async function readShared<T>(
  { reads }: Pick<Services, 'reads'>,
  request: FastifyRequest,
  read: () => Promise<T>,
): Promise<T> {
  const seconds = /^max-age=(\d{1,5})$/.exec(request.headers['cache-control'] ?? '')?.[1]
  if (seconds === undefined || seconds === '0') return await read()
  const key = `answer ${request.principal.tenant} ${request.url}`
  return await reads.get(key, Math.min(Number(seconds), mostSeconds) * 1000, read)
}
