import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { RequestError } from '../../errors.ts'
import { readDetailsOf } from '../../queries/details.ts'
import { readPlan } from '../../queries/plans.ts'
import { asJson } from '../asJson.ts'
import { capturedPlan, planQuery, queryDetails } from '../schemas/details.ts'
import { problem } from '../schemas/problem.ts'
import { idParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'

/** GET /v1/queries/{id}/details and /plan: what it was submitted with, every state that it entered, how it was to run. */
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

    app.get(
      '/v1/queries/:id/plan',
      {
        schema: {
          tags: ['queries'],
          summary: 'Read the plan that the source chose for a query that asked for it',
          params: idParams,
          querystring: planQuery,
          response: { 200: capturedPlan, '4xx': problem, '5xx': problem },
        },
      },
      async (request) => {
        const { id } = request.params
        const { tenant } = request.principal
        const plan = await readPlan(pool, tenant, id, request.query.attempt)
        if (plan !== undefined) return asJson(plan)
        const details = await readDetailsOf(pool, tenant, id)
        if (details === undefined) throw new RequestError('query_not_found', `There is no query ${id}.`)
        throw new RequestError(
          'plan_not_found',
          details.explain
            ? 'No plan was kept: the statement has none, it took too long to make, or the query has not got that far.'
            : 'No plan was asked for. Submit the query with explain: true.',
        )
      },
    )
  }
}
