import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { RequestError } from '../../errors.ts'
import { isTerminal } from '../../queries/states.ts'
import { findWindow } from '../../results/readChunks.ts'
import { clientGone } from '../clientGone.ts'
import { findQuery, findStarted } from '../findQuery.ts'
import { negotiateFormat } from '../negotiate.ts'
import { redirectToStore } from '../redirectToStore.ts'
import { chunkAnswers, chunkParams, resultAnswers, resultQuery } from '../schemas/results.ts'
import { idParams } from '../schemas/values.ts'
import { requireResult, sendResult } from '../sendResult.ts'
import type { Services } from '../services.ts'

const method: ('GET' | 'HEAD')[] = ['GET', 'HEAD']
const encodings = '`Accept-Encoding` may name zstd and gzip.'

/** GET and HEAD of /v1/queries/{id}/result and …/result/chunks/{n}. */
export function resultRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.route({
      method,
      url: '/v1/queries/:id/result',
      schema: {
        tags: ['results'],
        summary: 'Fetch a result',
        description: `In the format of \`?format=\` or \`Accept\`. ${encodings} Of a whole Arrow stream \`Range\` gives a part.`,
        params: idParams,
        querystring: resultQuery,
        response: resultAnswers,
      },
      async handler(request, reply) {
        const { format, offset = 0, limit, wait = 0, partial = false, redirect = false } = request.query
        const follow = partial && wait > 0
        const wanted = { format: negotiateFormat(format, request.headers.accept), offset, limit, follow }
        const find = follow ? findStarted : findQuery
        const query = await find(services, request.principal.tenant, request.params.id, wait, clientGone(reply))
        const manifest = requireResult(query, partial)
        if (follow) reply.raw.once('close', services.wanted.hold(query))
        if (redirect && (await redirectToStore(services, request, reply, manifest, wanted))) return reply
        return await sendResult(services, request, reply, manifest, wanted)
      },
    })

    app.route({
      method,
      url: '/v1/queries/:id/result/chunks/:n',
      schema: {
        tags: ['results'],
        summary: 'Fetch one chunk of a result, as a whole Arrow stream',
        description: encodings,
        params: chunkParams,
        response: chunkAnswers,
      },
      async handler(request, reply) {
        const { id, n } = request.params
        const query = await findQuery(services, request.principal.tenant, id, 0, clientGone(reply))
        const manifest = requireResult(query, true)
        const window = await findWindow(services.results, manifest, n)
        if (window === undefined) {
          const last = isTerminal(query.state)
            ? `The result has ${manifest.chunks} chunks, from 0.`
            : 'The query still runs.'
          throw new RequestError('chunk_not_found', `There is no chunk ${n}. ${last}`, { query_id: id })
        }
        return await sendResult(services, request, reply, manifest, {
          format: 'arrow',
          offset: window.from,
          limit: window.to - window.from,
          follow: false,
        })
      },
    })
  }
}
