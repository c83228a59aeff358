import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { RequestError } from '../errors.ts'

/** Who a request comes from. */
export interface Principal {
  tenant: string
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal
  }
}

/**
 * Checks `Authorization: Bearer <API key>`.
 *
 * @param apiKey undefined: no login, which only `sluice dev` on loopback allows
 * @throws RequestError unauthorized
 */
export function createAuthenticator(apiKey: string | undefined): (request: FastifyRequest) => void {
  const expected = apiKey === undefined ? undefined : digest(apiKey)
  return (request) => {
    request.principal = { tenant: 'default' }
    if (expected === undefined) return
    const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined || !timingSafeEqual(digest(given), expected)) {
      throw new RequestError('unauthorized', 'Send the API key as Authorization: Bearer <key>.')
    }
  }
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
