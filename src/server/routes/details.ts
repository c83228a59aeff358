import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { RequestError } from '../../errors.ts'
import { readDetailsOf } from '../../queries/details.ts'
import { asJson } from '../asJson.ts'
import { queryDetails } from '../schemas/details.ts'
import { problem } from '../schemas/problem.ts'
import { idParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'

/** GET /v1/queries/{id}/details: what it was submitted with, and every state that it entered. */
export function detailRoutes({ pool }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/queries/:id/details',
      {
        schema: {
          tags: ['queries'],
          summary: 'Read the parameters, limits and history of a query',
          params: idParams,
          response: { 200: queryDetails, '4xx': problem, '5xx': problem },
        },
      },
      async (request) => {
        const { id } = request.params
        const details = await readDetailsOf(pool, request.principal.tenant, id)
        if (details === undefined) throw new RequestError('query_not_found', `There is no query ${id}.`)
        return asJson(details)
      },
    )
  }
}
