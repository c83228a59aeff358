import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { cancel, cancelMatching } from '../../queries/cancel.ts'
import { isTerminal } from '../../queries/states.ts'
import { clientGone } from '../clientGone.ts'
import { findQuery } from '../findQuery.ts'
import { bulkFilter } from '../schemas/filters.ts'
import { problem } from '../schemas/problem.ts'
import { queryResource } from '../schemas/queries.ts'
import { idParams } from '../schemas/values.ts'
import { sendQuery } from '../sendQuery.ts'
import { poolForCancel, type Services } from '../services.ts'
import { toFilter } from '../toFilter.ts'

/** POST /v1/queries/{id}/cancel and POST /v1/queries/cancel. */
export function cancelRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/queries/:id/cancel',
      {
        schema: {
          tags: ['queries'],
          summary: 'Cancel a query',
          description:
            '202 when this request cancels the query: it is canceling, or canceled at once if it was queued. 200 when it had ended.',
          params: idParams,
          response: { 200: queryResource, 202: queryResource, '4xx': problem, '5xx': problem },
        },
      },
      async (request, reply) => {
        const { tenant } = request.principal
        const gone = clientGone(reply)
        const before = await findQuery(toCancel(services), tenant, request.params.id, 0, gone)
        const reached = await cancel(poolForCancel(services), before.id)
        const query = await findQuery(toCancel(services), tenant, before.id, 0, gone)
        const isOurs = !isTerminal(before.state) && (reached === 'canceled' || reached === 'canceling')
        return await sendQuery(services, request, reply, query, 202, isOurs ? 202 : 200)
      },
    )

    app.post(
      '/v1/queries/cancel',
      {
        schema: {
          tags: ['queries'],
          summary: 'Cancel all queries that match a filter, and wait or run',
          querystring: bulkFilter,
          response: {
            200: z.object({ canceled: z.int(), matching: z.int() }).meta({ id: 'CancelAnswer' }),
            '4xx': problem,
            '5xx': problem,
          },
        },
      },
      async (request) => {
        const { dry_run: dryRun, ...filter } = request.query
        return await cancelMatching(toCancel(services), request.principal.tenant, toFilter(filter), dryRun)
      },
    )
  }
}

function toCancel(services: Services): Services {
  return { ...services, pool: poolForCancel(services) }
}
