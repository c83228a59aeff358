import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { packageRoot } from '../packageRoot.ts'

const builtFolder = join(packageRoot, 'dist', 'admin')
/** What the build puts where the nonce of an answer belongs. */
const noncePlaceholder = '__NONCE__'
const notBuilt = 'The admin page is not built. In a checkout, npm run build:admin builds it; then restart the server.\n'
const open = { schema: { hide: true }, config: { open: true } }

/**
 * GET /admin and every address below it: the admin page, one HTML document whose script reads
 * the rest of the address. Its data come from the API, so the page itself asks for no login.
 */
export async function adminPage(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, { root: builtFolder, serve: false, preCompressed: true })

  // Names of assets hold a hash of their content.
  app.get<{ Params: { '*': string } }>('/admin/assets/*', open, async (request, reply) =>
    reply.sendFile(request.params['*'], join(builtFolder, 'assets'), { maxAge: '365d', immutable: true }),
  )
  app.get('/admin', open, sendDocument)
  app.get('/admin/*', open, sendDocument)
}

async function sendDocument(_: unknown, reply: FastifyReply): Promise<FastifyReply> {
  // Read anew: the page may be built again while the server runs.
  const template = await readFile(join(builtFolder, 'index.html'), 'utf8').catch(() => undefined)
  if (template === undefined) return await reply.code(503).type('text/plain; charset=utf-8').send(notBuilt)
  const nonce = randomBytes(16).toString('base64')
  return await reply
    .type('text/html; charset=utf-8')
    .headers({
      'Content-Security-Policy': contentSecurityPolicy(nonce),
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Opener-Policy': 'same-origin',
    })
    .send(template.replaceAll(noncePlaceholder, nonce))
}

/** Everything comes from this server; the nonce is for the styles that the SQL editor adds. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
