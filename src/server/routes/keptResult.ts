import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { RequestError } from '../../errors.ts'
import { isTerminal } from '../../queries/states.ts'
import { deleteResult, keepResult } from '../../results/retention.ts'
import { clientGone } from '../clientGone.ts'
import { findQuery } from '../findQuery.ts'
import { keepBody } from '../schemas/results.ts'
import { problem } from '../schemas/problem.ts'
import { queryResource } from '../schemas/queries.ts'
import { idParams } from '../schemas/values.ts'
import { sendQuery } from '../sendQuery.ts'
import { requireResult } from '../sendResult.ts'
import type { Services } from '../services.ts'

const tags = ['results']
const errors = { '4xx': problem, '5xx': problem }

/** PATCH and DELETE of /v1/queries/{id}/result: how long a result is kept. */
export function keptResultRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.patch(
      '/v1/queries/:id/result',
      {
        schema: {
          tags,
          summary: 'Keep a result longer, or shorter',
          params: idParams,
          body: keepBody,
          response: { 200: queryResource, ...errors },
        },
      },
      async (request, reply) => {
        const { tenant } = request.principal
        const find = () => findQuery(services, tenant, request.params.id, 0, clientGone(reply))
        requireResult(await find(), false)
        await keepResult(services.pool, request.params.id, request.body.ttl_seconds)
        return await sendQuery(services, request, reply, await find(), 200)
      },
    )

    app.delete(
      '/v1/queries/:id/result',
      {
        schema: {
          tags,
          summary: 'Delete a result now',
          description: 'Downloads under way break off. Deleting what is not kept any more is no error.',
          params: idParams,
          response: { 204: z.null().describe('Nothing is kept'), ...errors },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const query = await findQuery(services, request.principal.tenant, id, 0, clientGone(reply))
        if (!isTerminal(query.state)) {
          throw new RequestError('result_not_ready', `The query is ${query.state}. Cancel it, or wait for its end.`, {
            query_id: id,
            state: query.state,
          })
        }
        await deleteResult(services.pool, id)
        return await reply.code(204).send(null)
      },
    )
  }
}
