import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { listActions } from '../../audit/actions.ts'
import { asJson } from '../asJson.ts'
import { auditList, auditQuery } from '../schemas/audit.ts'
import { readShared } from '../readShared.ts'
import { problem } from '../schemas/problem.ts'
import type { Services } from '../services.ts'

const defaultPage = 100

/** GET /v1/audit: who did what. */
export function auditRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/audit',
      {
        schema: {
          tags: ['operators'],
          summary: 'List actions that were taken, newest first',
          querystring: auditQuery,
          response: { 200: auditList, '4xx': problem, '5xx': problem },
        },
      },
      async (request) => {
        const { limit = defaultPage, cursor, ...filter } = request.query
        const actions = await readShared(services, request, () =>
          listActions(services.views, request.principal.tenant, { ...filter, before: cursor }, limit),
        )
        return asJson({ actions, cursor: actions.length === limit ? actions.at(-1)!.id : null })
      },
    )
  }
}
