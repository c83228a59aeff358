import type { FastifyInstance } from 'fastify'
import { html } from './startPageHtml.ts'

/** No script, nothing from elsewhere. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** GET /: what to type first. */
export function startPage(app: FastifyInstance): void {
  app.get('/', { schema: { hide: true }, config: { open: true } }, async (request, reply) => {
    const origin = `${request.protocol}://${request.host}`
    return await reply
      .type('text/html; charset=utf-8')
      .header('Content-Security-Policy', contentSecurityPolicy)
      .send(html(origin))
  })
}
