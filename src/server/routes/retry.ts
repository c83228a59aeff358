import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { retry, retryMatching } from '../../queries/retry.ts'
import { clientGone } from '../clientGone.ts'
import { findQuery } from '../findQuery.ts'
import { queryJson } from '../resource.ts'
import { bulkFilter } from '../schemas/filters.ts'
import { problem } from '../schemas/problem.ts'
import { queryResource } from '../schemas/queries.ts'
import { idParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'
import { toFilter } from '../toFilter.ts'

/** POST /v1/queries/{id}/retry and POST /v1/queries/retry. */
export function retryRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/queries/:id/retry',
      {
        schema: {
          tags: ['queries'],
          summary: 'Run an ended query again as a new one',
          description: 'The same statement, parameters, source, lane, labels and limits.',
          params: idParams,
          response: { 201: queryResource, '4xx': problem, '5xx': problem },
        },
      },
      async (request, reply) => {
        const { tenant } = request.principal
        const gone = clientGone(reply)
        const old = await findQuery(services, tenant, request.params.id, 0, gone)
        const id = await retry(services.pool, old.id)
        const query = await findQuery(services, tenant, id, 0, gone)
        return await reply
          .code(201)
          .header('Location', `/v1/queries/${id}`)
          .type('application/json; charset=utf-8')
          .send(queryJson(query) as never)
      },
    )

    app.post(
      '/v1/queries/retry',
      {
        schema: {
          tags: ['queries'],
          summary: 'Repeat all queries that match a filter, did not succeed and were not repeated yet',
          querystring: bulkFilter,
          response: {
            200: z.object({ retried: z.int(), matching: z.int() }).meta({ id: 'RetryAnswer' }),
            '4xx': problem,
            '5xx': problem,
          },
        },
      },
      async (request) => {
        const { dry_run: dryRun, ...filter } = request.query
        return await retryMatching(services, request.principal.tenant, toFilter(filter), dryRun)
      },
    )
  }
}
