import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { RequestError } from '../../errors.ts'
import { addSource, changeSource, getSource, listSources, removeSource } from '../../sources/manage.ts'
import { findSource } from '../../sources/registry.ts'
import { testSource } from '../../sources/testSource.ts'
import { asJson } from '../asJson.ts'
import { problem } from '../schemas/problem.ts'
import { sourceBody, sourceChange, sourceList, sourceResource, sourceTest } from '../schemas/sources.ts'
import { nameParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']

/** /v1/sources: list, read, add, change, remove, test. */
export function sourceRoutes({ pool }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/sources',
      { schema: { tags, summary: 'List sources', response: { 200: sourceList, ...errors } } },
      async () => asJson({ sources: await listSources(pool) }),
    )

    app.post(
      '/v1/sources',
      { schema: { tags, summary: 'Add a source', body: sourceBody, response: { 201: sourceResource, ...errors } } },
      async (request, reply) => {
        const { name, ...settings } = request.body
        const source = await addSource(pool, name, settings)
        return await reply.code(201).header('Location', `/v1/sources/${name}`).send(asJson(source))
      },
    )

    app.get(
      '/v1/sources/:name',
      { schema: { tags, summary: 'Read a source', params: nameParams, response: { 200: sourceResource, ...errors } } },
      async (request) => asJson(await getSource(pool, request.params.name)),
    )

    app.patch(
      '/v1/sources/:name',
      {
        schema: {
          tags,
          summary: 'Change a source',
          params: nameParams,
          body: sourceChange,
          response: { 200: sourceResource, ...errors },
        },
      },
      async (request) => asJson(await changeSource(pool, request.params.name, request.body)),
    )

    app.delete(
      '/v1/sources/:name',
      { schema: { tags, summary: 'Remove a source', params: nameParams, response: { 204: z.null(), ...errors } } },
      async (request, reply) => {
        await removeSource(pool, request.params.name)
        return await reply.code(204).send(null)
      },
    )

    app.post(
      '/v1/sources/:name/test',
      {
        schema: {
          tags,
          summary: 'Connect to a source and look at what its role may do',
          params: nameParams,
          response: { 200: sourceTest, ...errors },
        },
      },
      async (request) => {
        const source = await findSource(pool, request.params.name)
        if (source === undefined) throw new RequestError('unknown_source', `There is no source ${request.params.name}.`)
        return await testSource(source)
      },
    )
  }
}
