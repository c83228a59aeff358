import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { listFires, runSchedule } from '../../schedules/fires.ts'
import {
  addSchedule,
  changeSchedule,
  getSchedule,
  listSchedules,
  readBeat,
  removeSchedule,
  timesOf,
} from '../../schedules/manage.ts'
import { asJson } from '../asJson.ts'
import { clientGone } from '../clientGone.ts'
import { findQuery } from '../findQuery.ts'
import {
  fireList,
  fireQuery,
  scheduleBody,
  scheduleChange,
  scheduleList,
  scheduleResource,
  timesAnswer,
  timesBody,
} from '../schemas/schedules.ts'
import { readShared } from '../readShared.ts'
import { problem } from '../schemas/problem.ts'
import { queryResource } from '../schemas/queries.ts'
import { nameParams } from '../schemas/values.ts'
import { sendQuery } from '../sendQuery.ts'
import type { Services } from '../services.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']
const defaultFires = 50

/** /v1/schedules: list, add, read, change, remove, run, pause, resume, history; the times of a pattern. */
export function scheduleRoutes(services: Services): FastifyPluginAsyncZod {
  const { pool } = services
  return async (app) => {
    app.get(
      '/v1/schedules',
      { schema: { tags, summary: 'List schedules, and who fires them', response: { 200: scheduleList, ...errors } } },
      async (request) =>
        asJson(
          await readShared(services, request, async () => ({
            schedules: await listSchedules(pool),
            beat: await readBeat(pool),
          })),
        ),
    )

    app.post(
      '/v1/schedules',
      {
        schema: { tags, summary: 'Add a schedule', body: scheduleBody, response: { 201: scheduleResource, ...errors } },
      },
      async (request, reply) => {
        const { name, ...settings } = request.body
        const schedule = await addSchedule(pool, request.principal.tenant, name, settings)
        return await reply.code(201).header('Location', `/v1/schedules/${name}`).send(asJson(schedule))
      },
    )

    app.get(
      '/v1/schedules/:name',
      {
        schema: {
          tags,
          summary: 'Read a schedule',
          params: nameParams,
          response: { 200: scheduleResource, ...errors },
        },
      },
      async (request) => asJson(await readShared(services, request, () => getSchedule(pool, request.params.name))),
    )

    app.patch(
      '/v1/schedules/:name',
      {
        schema: {
          tags,
          summary: 'Change a schedule',
          description: 'A change of its times, and the end of a pause, start it anew from now.',
          params: nameParams,
          body: scheduleChange,
          response: { 200: scheduleResource, ...errors },
        },
      },
      async (request) => asJson(await changeSchedule(pool, request.params.name, request.body)),
    )

    app.delete(
      '/v1/schedules/:name',
      {
        schema: {
          tags,
          summary: 'Remove a schedule and its history; its queries stay',
          params: nameParams,
          response: { 204: z.null(), ...errors },
        },
      },
      async (request, reply) => {
        await removeSchedule(pool, request.params.name)
        return await reply.code(204).send(null)
      },
    )

    app.get(
      '/v1/schedules/:name/fires',
      {
        schema: {
          tags,
          summary: 'The history of a schedule, newest first',
          params: nameParams,
          querystring: fireQuery,
          response: { 200: fireList, ...errors },
        },
      },
      async (request) => {
        const { limit = defaultFires, before } = request.query
        const { name } = request.params
        return asJson({ fires: await readShared(services, request, () => listFires(pool, name, limit, before)) })
      },
    )

    app.post(
      '/v1/schedules/:name/run',
      {
        schema: {
          tags,
          summary: 'Submit the query of a schedule now',
          description: 'Also while it is paused or an earlier query runs. Its next times stay as they are.',
          params: nameParams,
          response: { 202: queryResource, ...errors },
        },
      },
      async (request, reply) => {
        const id = await runSchedule(pool, request.params.name)
        const query = await findQuery(services, request.principal.tenant, id, 0, clientGone(reply))
        return await sendQuery(services, request, reply, query, 202, 202)
      },
    )

    for (const [action, paused] of [
      ['pause', true],
      ['resume', false],
    ] as const) {
      app.post(
        `/v1/schedules/:name/${action}`,
        {
          schema: {
            tags,
            summary: paused ? 'Stop a schedule from firing' : 'Let a schedule fire again, from its next time on',
            params: nameParams,
            response: { 200: scheduleResource, ...errors },
          },
        },
        async (request) => asJson(await changeSchedule(pool, request.params.name, { paused })),
      )
    }

    app.post(
      '/v1/schedules/times',
      {
        schema: {
          tags,
          summary: 'The times that a cron pattern or an interval means, without adding a schedule',
          body: timesBody,
          response: { 200: timesAnswer, ...errors },
        },
      },
      async (request) => asJson({ next_fires: timesOf(request.body) }),
    )
  }
}
