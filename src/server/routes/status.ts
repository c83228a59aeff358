import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { RequestError } from '../../errors.ts'
import { timeOfId } from '../../queries/filter.ts'
import { countQueries, searchQueries } from '../../queries/find.ts'
import { pageOf } from '../../queries/read.ts'
import type { Place } from '../../queries/steps.ts'
import { summaryColumns } from '../../results/manifest.ts'
import { clientGone } from '../clientGone.ts'
import { findQuery } from '../findQuery.ts'
import type { QuerySummary } from '../queryWaiters.ts'
import { readShared } from '../readShared.ts'
import { queryJson } from '../resource.ts'
import { countQuery, listQuery, queryCount } from '../schemas/filters.ts'
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
        const { queries, next, paused } = await readShared(services, request, async () => {
          const { rows, next } = await searchQueries<QuerySummary>(
            services.views,
            request.principal.tenant,
            toFilter(filter),
            limit,
            readPlace(cursor),
            (ids) => pageOf(ids, summaryColumns),
          )
          return { queries: rows, next, paused: next !== undefined && rows.length < limit }
        })
        const parts = queries.map((query) => queryJson(query))
        const end = {
          cursor: cursorOf(next),
          searched_until: paused ? new Date(timeOfId(next!.before)).toISOString() : null,
        }
        return await reply
          .type('application/json; charset=utf-8')
          .send(`{"queries":[${parts.join()}],${JSON.stringify(end).slice(1)}` as never)
      },
    )

    app.get(
      '/v1/queries/count',
      {
        schema: {
          tags: ['queries'],
          summary: 'Count queries',
          description:
            `Takes the filters of the list, and counts no further than ${mostCounted.toLocaleString('en')}. ` +
            'What takes longer than a moment is counted in parts: add what the cursor leads to.',
          querystring: countQuery,
          response: { 200: queryCount, '4xx': problem, '5xx': problem },
        },
      },
      async (request) => {
        const { tenant } = request.principal
        const { cursor, ...filter } = request.query
        const { count, complete, next } = await readShared(services, request, () =>
          countQueries(services.views, tenant, toFilter(filter), mostCounted, readPlace(cursor)),
        )
        return { count, complete, cursor: cursorOf(next) }
      },
    )
  }
}

/** Marks a place of which the search for texts takes long. */
const textsMark = '~'

function cursorOf(place: Place | undefined): string | null {
  if (place === undefined) return null
  return Buffer.from(`${place.before}${place.textsTakeLong ? textsMark : ''}`).toString('base64url')
}

function readPlace(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined
  const text = Buffer.from(cursor, 'base64url').toString()
  const textsTakeLong = text.endsWith(textsMark)
  const before = textsTakeLong ? text.slice(0, -textsMark.length) : text
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(before)) {
    throw new RequestError(
      'invalid_cursor',
      'Give the cursor of an earlier page, unchanged, or none for the first page.',
    )
  }
  return { before, textsTakeLong }
}
