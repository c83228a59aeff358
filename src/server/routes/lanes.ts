import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { addLane, changeLane, getLane, listLanes, removeLane, setPaused } from '../../queries/manageLanes.ts'
import { readShared } from '../readShared.ts'
import { laneBody, laneChange, laneList, laneResource } from '../schemas/lanes.ts'
import { problem } from '../schemas/problem.ts'
import { nameParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']

/** /v1/lanes: list, read, add, change, remove, pause, resume. */
export function laneRoutes(services: Services): FastifyPluginAsyncZod {
  const { pool } = services
  return async (app) => {
    app.get(
      '/v1/lanes',
      { schema: { tags, summary: 'List lanes', response: { 200: laneList, ...errors } } },
      async (request) => ({ lanes: await readShared(services, request, () => listLanes(pool)) }),
    )

    app.post(
      '/v1/lanes',
      { schema: { tags, summary: 'Add a lane', body: laneBody, response: { 201: laneResource, ...errors } } },
      async (request, reply) => {
        const { name, ...settings } = request.body
        const lane = await addLane(pool, name, defined(settings))
        return await reply.code(201).header('Location', `/v1/lanes/${name}`).send(lane)
      },
    )

    app.get(
      '/v1/lanes/:name',
      { schema: { tags, summary: 'Read a lane', params: nameParams, response: { 200: laneResource, ...errors } } },
      async (request) => await getLane(pool, request.params.name),
    )

    app.patch(
      '/v1/lanes/:name',
      {
        schema: {
          tags,
          summary: 'Change a lane',
          description: 'Takes effect with the next submission or claim.',
          params: nameParams,
          body: laneChange,
          response: { 200: laneResource, ...errors },
        },
      },
      async (request) => await changeLane(pool, request.params.name, defined(request.body)),
    )

    app.delete(
      '/v1/lanes/:name',
      {
        schema: {
          tags,
          summary: 'Remove a lane in which nothing waits or runs',
          params: nameParams,
          response: { 204: z.null(), ...errors },
        },
      },
      async (request, reply) => {
        await removeLane(pool, request.params.name)
        return await reply.code(204).send(null)
      },
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

/** Without the members that are undefined. */
function defined<T extends object>(settings: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as never
}
