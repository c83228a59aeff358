import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { RequestError, RunError } from '../../errors.ts'
import { readCatalog, type Catalog } from '../../sources/catalog.ts'
import { findSource } from '../../sources/registry.ts'
import { catalogQuery, catalogResource } from '../schemas/catalog.ts'
import { problem } from '../schemas/problem.ts'
import { nameParams } from '../schemas/values.ts'
import type { Services } from '../services.ts'

/** Tables come and go seldom, and an editor asks at every start. */
const maxAgeMs = 30_000

/** GET /v1/sources/{name}/catalog: what users' SQL can read there. */
export function catalogRoutes({ pool, reads }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/sources/:name/catalog',
      {
        schema: {
          tags: ['operators'],
          summary: 'List the tables and columns that the login role of a source can read',
          params: nameParams,
          querystring: catalogQuery,
          response: { 200: catalogResource, '4xx': problem, '5xx': problem },
        },
      },
      async (request) => {
        const { name } = request.params
        const source = await findSource(pool, name)
        if (source === undefined) throw new RequestError('unknown_source', `There is no source ${name}.`)
        const maxMs = request.query.refresh === 'true' ? 0 : maxAgeMs
        return await reads
          .get<Catalog>(`catalog ${name} ${source.version}`, maxMs, () => readCatalog(source))
          .catch(asRefusal)
      },
    )
  }
}

function asRefusal(error: unknown): never {
  if (!(error instanceof RunError)) throw error
  const { code, message, ...rest } = error.error
  throw new RequestError('source_failed', message, { cause: code, ...rest })
}
