import type pg from 'pg'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { RequestError } from '../../errors.ts'
import { listViews, readView, type ViewDescription, type ViewWindow } from '../../queries/views.ts'
import { problem } from '../schemas/problem.ts'
import { readShared } from '../readShared.ts'
import type { Services } from '../services.ts'
import type { SharedReads } from '../sharedReads.ts'
import { viewList, viewParams, viewQuery, viewRows } from '../schemas/views.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']
const defaultLimit = 1000
/** However many look at a view, it is read at most once a second. */
const rowsMaxAgeSeconds = 1
/** Views change with a deploy. */
const viewsMaxAgeMs = 30_000

/** /v1/views: the views of schema sluice, as docs/psql.md describes them. */
export function viewRoutes({ views: pool, reads }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/views',
      { schema: { tags, summary: 'List the views of schema sluice', response: { 200: viewList, ...errors } } },
      async () => ({ views: await describeViews(pool, reads) }),
    )

    app.get(
      '/v1/views/:name',
      {
        schema: {
          tags,
          summary: 'Read a view of schema sluice',
          params: viewParams,
          querystring: viewQuery,
          response: { 200: viewRows, ...errors },
        },
      },
      async (request, reply) => {
        const { name } = request.params
        const { filter = [], order, limit = defaultLimit } = request.query
        const view = (await describeViews(pool, reads)).find((each) => each.name === name)
        if (view === undefined) throw new RequestError('unknown_view', `There is no view ${name}. See /v1/views.`)
        const window: ViewWindow = {
          filters: [filter].flat().map(parseFilter),
          order:
            order === undefined ? undefined : { column: order.replace(/^-/, ''), descending: order.startsWith('-') },
          limit: limit + 1,
        }
        const read = async () => {
          const rows = await readView(pool, view, window)
          return JSON.stringify({
            name,
            read_at: new Date(),
            columns: view.columns,
            rows: rows.slice(0, limit),
            complete: rows.length <= limit,
          })
        }
        const answer = await readShared({ reads }, request, read, rowsMaxAgeSeconds)
        return await reply.type('application/json; charset=utf-8').send(answer as never)
      },
    )
  }
}

function describeViews(pool: pg.Pool, reads: SharedReads): Promise<ViewDescription[]> {
  return reads.get('views', viewsMaxAgeMs, () => listViews(pool))
}

function parseFilter(text: string): { column: string; value: string } {
  const colon = text.indexOf(':')
  if (colon < 1)
    throw new RequestError('invalid_request', `filter is ${JSON.stringify(text)}; write it as column:value.`)
  return { column: text.slice(0, colon), value: text.slice(colon + 1) }
}
