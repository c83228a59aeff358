import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { RequestError } from '../../errors.ts'
import { countQueries, findQueries } from '../../queries/find.ts'
import { readPage } from '../../queries/read.ts'
import { summaryColumns } from '../../results/manifest.ts'
import { clientGone } from '../clientGone.ts'
import { findQuery } from '../findQuery.ts'
import type { QuerySummary } from '../queryWaiters.ts'
import { readShared } from '../readShared.ts'
import { queryJson } from '../resource.ts'
import { listFilter, listQuery, queryCount } from '../schemas/filters.ts'
import { problem } from '../schemas/problem.ts'
import { queryList, queryResource } from '../schemas/queries.ts'
import { idParams, waitQuery } from '../schemas/values.ts'
import { sendQuery } from '../sendQuery.ts'
import type { Services } from '../services.ts'
import { toFilter } from '../toFilter.ts'

const defaultPage = 50
const mostCounted = 10_000

/** GET /v1/queries/{id}, GET /v1/queries and GET /v1/queries/count. */
export function statusRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/queries/:id',
      {
        schema: {
          tags: ['queries'],
          summary: 'Read a query',
          description: 'With `?wait=N`, answers as soon as the query ends, after N seconds at the latest.',
          params: idParams,
          querystring: waitQuery,
          response: { 200: queryResource, '4xx': problem, '5xx': problem },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        const query = await findQuery(
          services,
          request.principal.tenant,
          id,
          request.query.wait ?? 0,
          clientGone(reply),
        )
        return await sendQuery(services, request, reply, query, 200)
      },
    )

    app.get(
      '/v1/queries',
      {
        schema: {
          tags: ['queries'],
          summary: 'List queries, newest first',
          querystring: listQuery,
          response: { 200: queryList, '4xx': problem, '5xx': problem },
        },
      },
      async (request, reply) => {
        const { limit = defaultPage, cursor, ...filter } = request.query
        const before = cursor === undefined ? undefined : readCursor(cursor)
        const queries = await readShared(services, request, async () => {
          const ids = await findQueries(
            services.views,
            request.principal.tenant,
            { ...toFilter(filter), before },
            limit,
          )
          return (await readPage(services.pool, ids, summaryColumns)) as QuerySummary[]
        })
        const last = queries.length === limit ? queries.at(-1) : undefined
        const next = last === undefined ? null : Buffer.from(last.id).toString('base64url')
        const parts = queries.map((query) => queryJson(query))
        return await reply
          .type('application/json; charset=utf-8')
          .send(`{"queries":[${parts.join()}],"cursor":${JSON.stringify(next)}}` as never)
      },
    )

    app.get(
      '/v1/queries/count',
      {
        schema: {
          tags: ['queries'],
          summary: 'Count queries',
          description: `Takes the filters of the list, and counts no further than ${mostCounted.toLocaleString('en')}.`,
          querystring: listFilter,
          response: { 200: queryCount, '4xx': problem, '5xx': problem },
        },
      },
      async (request) => {
        const { tenant } = request.principal
        return await readShared(services, request, () =>
          countQueries(services.views, tenant, toFilter(request.query), mostCounted),
        )
      },
    )
  }
}

function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString()
  if (!idParams.safeParse({ id }).success) {
    throw new RequestError(
      'invalid_cursor',
      'Give the cursor of an earlier page, unchanged, or none for the first page.',
    )
  }
  return id
}
