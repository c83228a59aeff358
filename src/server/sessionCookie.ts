import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sessionSeconds, type createSessionTokens, type Session } from './sessionToken.ts'

type SessionTokens = ReturnType<typeof createSessionTokens>

const cookieName = 'sluice_session'

/** The login that the request's cookie shows, undefined without a valid one. */
export function readSession(request: FastifyRequest, tokens: SessionTokens): Session | undefined {
  const { cookie } = request.headers
  const token = cookie === undefined ? undefined : parseCookie(cookie)[cookieName]
  return token === undefined ? undefined : tokens.read(token)
}

/** Gives the browser the cookie of a session; scripts cannot read it, other sites cannot send it. */
export function setSession(
  request: FastifyRequest,
  reply: FastifyReply,
  tokens: SessionTokens,
  session: Session,
): void {
  setCookie(request, reply, tokens.make(session), sessionSeconds)
}

/** Takes the cookie away. */
export function clearSession(request: FastifyRequest, reply: FastifyReply): void {
  setCookie(request, reply, '', 0)
}

function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, maxAge: number): void {
  void reply.header(
    'Set-Cookie',
    stringifySetCookie({
      name: cookieName,
      value,
      maxAge,
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: isEncrypted(request),
    }),
  )
}

/** What stands before the server and speaks TLS says so in X-Forwarded-Proto; who lies there harms only themselves. */
function isEncrypted(request: FastifyRequest): boolean {
  return request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https'
}
