import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { health } from '../schemas.ts'
import type { Services } from '../services.ts'

/** /health/live: the process answers. /health/ready: it can do its work. Neither asks for a login. */
export function healthRoutes({ pool }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    const open = { config: { open: true } }

    app.get(
      '/health/live',
      { ...open, schema: { tags: ['health'], summary: 'The process answers', response: { 200: health } } },
      async () => ({ status: 'ok' as const }),
    )

    app.get(
      '/health/ready',
      {
        ...open,
        schema: { tags: ['health'], summary: 'PostgreSQL can be reached', response: { 200: health, 503: health } },
      },
      async (_, reply) => {
        try {
          await pool.query('select 1')
          return { status: 'ok' as const }
        } catch {
          return await reply.code(503).send({ status: 'unavailable' as const, detail: 'PostgreSQL cannot be reached.' })
        }
      },
    )
  }
}
