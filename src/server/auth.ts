import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { AdminMode } from '../config.ts'
import { RequestError } from '../errors.ts'
import { readSession } from './sessionCookie.ts'
import { createSessionTokens } from './sessionToken.ts'

/** Who a request comes from. */
export interface Principal {
  tenant: string
  /** Who acts, as the audit log names them. */
  actor: string
  /** May look but change nothing. */
  readOnly: boolean
  /** A person at the admin page. */
  isOfPage: boolean
  /** When the login at the admin page ends; undefined: it is not by such a login. */
  sessionExpiresAt?: Date
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal
  }
}

export interface AuthOptions {
  /** Undefined: no login, which only `sluice dev` on loopback allows. */
  apiKey: string | undefined
  admin: AdminMode
}

/**
 * Checks `Authorization: Bearer <API key>`, or the session cookie of the admin page.
 *
 * @throws RequestError unauthorized, read_only
 */
export function createAuthenticator({ apiKey, admin }: AuthOptions): (request: FastifyRequest) => void {
  const identify = apiKey === undefined ? identifyLocal(admin) : identifyByKey(apiKey, admin)
  return (request) => {
    request.principal = identify(request)
    if (request.principal.readOnly && !isSafe(request)) {
      throw new RequestError('read_only', 'This admin page may look but change nothing: SLUICE_ADMIN is read-only.')
    }
  }
}

/** A secret's digest: of one length, to compare in constant time. */
export function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function identifyByKey(apiKey: string, admin: AdminMode): (request: FastifyRequest) => Principal {
  const expected = digest(apiKey)
  const tokens = createSessionTokens(apiKey)
  return (request) => {
    const { authorization } = request.headers
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
    if (given !== undefined && timingSafeEqual(digest(given), expected)) {
      return { tenant: 'default', actor: 'API key', readOnly: false, isOfPage: false }
    }
    const session = authorization === undefined && admin !== 'off' ? readSession(request, tokens) : undefined
    if (session === undefined) {
      throw new RequestError('unauthorized', 'Send the API key as Authorization: Bearer <key>.')
    }
    return {
      tenant: 'default',
      actor: session.name,
      readOnly: admin === 'read-only',
      isOfPage: true,
      sessionExpiresAt: session.expiresAt,
    }
  }
}

/** Without a login, whoever reaches the server may use it, so only names of this machine are answered to. */
function identifyLocal(admin: AdminMode): (request: FastifyRequest) => Principal {
  return (request) => {
    if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(request.hostname)) {
      throw new RequestError(
        'unauthorized',
        `This server asks for no login, so it answers to 127.0.0.1 and localhost only, not to ${request.hostname}.`,
      )
    }
    const isOfPage = isBrowser(request)
    return { tenant: 'default', actor: 'local', readOnly: admin === 'read-only' && isOfPage, isOfPage }
  }
}

/**
 * A page of another site can make a browser send requests here, with the session's cookie or
 * without a login. Browsers say so; what changes something is refused then.
 *
 * @throws RequestError cross_site_request
 */
export function refuseOtherSites(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site']
  if ((site === 'cross-site' || site === 'same-site') && !isSafe(request)) {
    throw new RequestError('cross_site_request', 'A page of another site sent this request. Nothing was done.')
  }
}

/**
 * A page of another site can open a WebSocket here, with the session's cookie or without a login, and
 * read what comes. Browsers say where a page is from; who shows the API key is none.
 *
 * @throws RequestError cross_site_request
 */
export function refuseOtherOrigins({ headers, host }: FastifyRequest): void {
  const { origin } = headers
  // Browsers add other kinds of Authorization by themselves.
  if (origin === undefined || /^Bearer /i.test(headers.authorization ?? '')) return
  if (headers['sec-fetch-site'] === 'same-origin' || (URL.canParse(origin) && new URL(origin).host === host)) return
  throw new RequestError(
    'cross_site_request',
    `A page of ${origin} wants to connect, but this server is ${host}. Send the API key, or have what stands before the server pass on Host.`,
  )
}

function isSafe(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'
}

/** Browsers send it with every request to a trustworthy origin. */
function isBrowser(request: FastifyRequest): boolean {
  return request.headers['sec-fetch-site'] !== undefined
}
