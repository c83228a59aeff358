import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { drainWorker, getWorker, listWorkers } from '../../queries/workers.ts'
import { asJson } from '../asJson.ts'
import { readShared } from '../readShared.ts'
import { problem } from '../schemas/problem.ts'
import { idParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'
import { workerList, workerResource } from '../schemas/workers.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']

/** /v1/workers: list, read, drain. */
export function workerRoutes(services: Services): FastifyPluginAsyncZod {
  const { views, pool } = services
  return async (app) => {
    app.get(
      '/v1/workers',
      {
        schema: {
          tags,
          summary: 'List workers: those that run, and those that stopped within a day',
          response: { 200: workerList, ...errors },
        },
      },
      async (request) => asJson({ workers: await readShared(services, request, () => listWorkers(views), 1) }),
    )

    app.get(
      '/v1/workers/:id',
      { schema: { tags, summary: 'Read a worker', params: idParams, response: { 200: workerResource, ...errors } } },
      async (request) => asJson(await getWorker(pool, request.params.id)),
    )

    app.post(
      '/v1/workers/:id/drain',
      {
        schema: {
          tags,
          summary: 'Let a worker claim nothing more and stop once its queries have ended',
          params: idParams,
          response: { 200: workerResource, ...errors },
        },
      },
      async (request) => asJson(await drainWorker(pool, request.params.id)),
    )
  }
}
