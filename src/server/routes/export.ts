import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findRows, type QueryFilter } from '../../queries/find.ts'
import { pageOf } from '../../queries/read.ts'
import { summaryColumns } from '../../results/manifest.ts'
import { clientGone } from '../clientGone.ts'
import { exportCsvHeader, exportCsvRow } from '../exportRows.ts'
import type { QuerySummary } from '../queryWaiters.ts'
import { queryJson } from '../resource.ts'
import { listFilter } from '../schemas/filters.ts'
import { problem } from '../schemas/problem.ts'
import { sendPieces } from '../sendPieces.ts'
import type { Services } from '../services.ts'
import { toFilter } from '../toFilter.ts'

const pageSize = 500
const mediaTypes = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const

const exportQuery = listFilter.extend({
  format: z.enum(['csv', 'ndjson']).optional().describe('Default: ndjson, one query resource a line'),
})

/** GET /v1/queries/export: all queries that match, as a file. */
export function exportRoutes(services: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/queries/export',
      {
        exposeHeadRoute: false,
        schema: {
          tags: ['queries'],
          summary: 'Export queries: all that match, newest first',
          description: 'Takes the filters of the list. Read page by page, so any number of queries can be exported.',
          querystring: exportQuery,
          response: { 200: z.string().describe('CSV or NDJSON'), '4xx': problem, '5xx': problem },
        },
      },
      async (request, reply) => {
        const { format = 'ndjson', ...filter } = request.query
        const pages = readPages(services, request.principal.tenant, toFilter(filter), clientGone(reply))
        void reply
          .type(mediaTypes[format])
          .header('Content-Disposition', `attachment; filename="queries.${format}"`)
          .header('Cache-Control', 'no-store')
        return await sendPieces(reply, format === 'csv' ? asCsv(pages) : asNdjson(pages))
      },
    )
  }
}

async function* readPages(
  { views }: Services,
  tenant: string,
  filter: QueryFilter,
  gone: AbortSignal,
): AsyncGenerator<QuerySummary[]> {
  let before: string | undefined
  do {
    const page: QuerySummary[] = await findRows<QuerySummary>(
      views,
      tenant,
      { ...filter, before },
      pageSize,
      (ids) => pageOf(ids, summaryColumns),
      gone,
    )
    if (page.length > 0) yield page
    before = page.length < pageSize ? undefined : page.at(-1)?.id
  } while (before !== undefined)
}

async function* asCsv(pages: AsyncIterable<QuerySummary[]>): AsyncGenerator<string> {
  yield exportCsvHeader
  for await (const queries of pages) yield queries.map(exportCsvRow).join('')
}

async function* asNdjson(pages: AsyncIterable<QuerySummary[]>): AsyncGenerator<string> {
  for await (const queries of pages) yield queries.map((query) => `${queryJson(query)}\n`).join('')
}
