import type { FastifyInstance } from 'fastify'
import { html } from './startPageHtml.ts'

/** No script, nothing from elsewhere. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * GET /: what to type first.
 *
 * @param admin whether there is an admin page to point at
 */
export function startPage(app: FastifyInstance, admin: boolean): void {
  app.get('/', { schema: { hide: true }, config: { open: true } }, async (request, reply) => {
    const origin = `${request.protocol}://${request.host}`
    return await reply
      .type('text/html; charset=utf-8')
      .header('Content-Security-Policy', contentSecurityPolicy)
      .send(html(origin, admin))
  })
}
