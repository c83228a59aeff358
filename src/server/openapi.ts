import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { eventTypes } from '../delivery/webhook.ts'
import { version } from '../version.ts'

const description = `Asynchronous SQL on PostgreSQL alone. Submit a query, wait for it or come back, fetch its result.

Errors are application/problem+json with a \`code\` of the registry in docs/errors.md.`

/** The bar with the library's own logo says nothing about this API. */
const theme = { css: [{ filename: 'theme.css', content: '.topbar { display: none }' }] }

/** The calls that webhooks get, by the event. */
const webhooks = Object.fromEntries(
  eventTypes.map((type) => [
    type,
    {
      post: {
        tags: ['operators'],
        summary: `What webhooks are told by an event ${type}`,
        description: 'Signed by the Standard Webhooks specification; see docs/webhooks.md.',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: `#/components/schemas/${type.startsWith('alert.') ? 'AlertEvent' : 'QueryEvent'}` },
            },
          },
        },
        responses: {
          '2XX': { description: 'It is taken. After any other answer it is tried again.' },
          '410': { description: 'The receiver wants nothing more: the webhook is disabled.' },
        },
      },
    },
  ]),
)

/** Publishes the contract at /openapi.json, with pages to read and try at /docs. */
export async function registerOpenapi(app: FastifyInstance, login: boolean): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Sluice', version, description },
      tags: [
        { name: 'queries', description: 'Submit, read, list, cancel' },
        { name: 'results', description: 'Fetch results' },
        { name: 'operators', description: 'Sources and lanes' },
        { name: 'session', description: 'The login of the admin page' },
        { name: 'health', description: 'For load balancers' },
      ],
      webhooks,
      ...(login
        ? {
            components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
            security: [{ apiKey: [] }],
          }
        : {}),
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, theme })
  app.get('/openapi.json', { schema: { hide: true }, config: { open: true } }, async () => app.swagger())
}
