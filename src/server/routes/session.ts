import { timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { RequestError } from '../../errors.ts'
import { version } from '../../version.ts'
import { digest, type AuthOptions } from '../auth.ts'
import { problem } from '../schemas/problem.ts'
import { sessionBody, sessionResource } from '../schemas/session.ts'
import { clearSession, setSession } from '../sessionCookie.ts'
import { createSessionTokens, sessionSeconds } from '../sessionToken.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['session']

/** /v1/session: the login of the admin page, a cookie instead of the API key. */
export function sessionRoutes({ apiKey, admin }: AuthOptions): FastifyPluginAsyncZod {
  const expected = apiKey === undefined ? undefined : digest(apiKey)
  const tokens = apiKey === undefined ? undefined : createSessionTokens(apiKey)
  return async (app) => {
    app.get(
      '/v1/session',
      {
        schema: {
          tags,
          summary: 'Who is logged in, and what they may do',
          response: { 200: sessionResource, ...errors },
        },
      },
      async ({ principal }) => ({
        name: principal.actor,
        login: apiKey !== undefined,
        read_only: principal.readOnly,
        expires_at: principal.sessionExpiresAt?.toISOString() ?? null,
        version,
      }),
    )

    app.post(
      '/v1/session',
      {
        config: { open: true },
        schema: {
          tags,
          summary: 'Log a browser in',
          description: 'Sets a cookie that is taken instead of the API key, for 12 hours.',
          body: sessionBody,
          response: { 200: sessionResource, ...errors },
        },
      },
      async (request, reply) => {
        const { key, name } = request.body
        if (expected !== undefined && !timingSafeEqual(digest(key), expected)) {
          throw new RequestError('unauthorized', 'That is not the API key of this server.')
        }
        request.principal = { tenant: 'default', actor: name, readOnly: admin === 'read-only', isOfPage: true }
        const session = { name, expiresAt: new Date(Date.now() + sessionSeconds * 1000) }
        if (tokens !== undefined) setSession(request, reply, tokens, session)
        return {
          name,
          login: apiKey !== undefined,
          read_only: admin === 'read-only',
          expires_at: session.expiresAt.toISOString(),
          version,
        }
      },
    )

    app.delete(
      '/v1/session',
      {
        config: { open: true },
        schema: { tags, summary: 'Log a browser out', response: { 204: z.null(), ...errors } },
      },
      async (request, reply) => {
        clearSession(request, reply)
        return await reply.code(204).send(null)
      },
    )
  }
}
