import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type pg from 'pg'
import { z } from 'zod'
import { cancel, cancelMatching } from '../../queries/cancel.ts'
import { isTerminal } from '../../queries/states.ts'
import { clientGone } from '../clientGone.ts'
import { findQuery } from '../findQuery.ts'
import type { QueryDetails } from '../queryWaiters.ts'
import { bulkFilter } from '../schemas/filters.ts'
import { problem } from '../schemas/problem.ts'
import { queryResource } from '../schemas/queries.ts'
import { idParams } from '../schemas/values.ts'
import { sendQuery } from '../sendQuery.ts'
import { forCancel, type Services } from '../services.ts'
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
        const find = (pool: pg.Pool): Promise<QueryDetails> =>
          findQuery({ ...services, pool }, tenant, request.params.id, 0, gone)
        const before = await forCancel(services, find)
        const reached = await forCancel(services, (pool) => cancel(pool, before.id))
        const query = await forCancel(services, find)
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
        return await cancelMatching(services.views, request.principal.tenant, toFilter(filter), {
          dryRun,
          cancelOne: (id) => forCancel(services, (pool) => cancel(pool, id)),
        })
      },
    )
  }
}
