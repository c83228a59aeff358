import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { listLanes, setPaused } from '../../queries/lanes.ts'
import { laneList, laneResource, nameParams, problem } from '../schemas.ts'
import type { Services } from '../services.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']

/** /v1/lanes: list, pause, resume. */
export function laneRoutes({ pool }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/lanes',
      { schema: { tags, summary: 'List lanes', response: { 200: laneList, ...errors } } },
      async () => ({
        lanes: await listLanes(pool),
      }),
    )

    for (const [action, paused] of [
      ['pause', true],
      ['resume', false],
    ] as const) {
      app.post(
        `/v1/lanes/:name/${action}`,
        {
          schema: {
            tags,
            summary: paused ? 'Start nothing more of a lane' : 'Start queries of a lane again',
            params: nameParams,
            response: { 200: laneResource, ...errors },
          },
        },
        async (request) => await setPaused(pool, request.params.name, paused),
      )
    }
  }
}
