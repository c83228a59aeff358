import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { readOverview } from '../../queries/overview.ts'
import { readSeries, windows } from '../../queries/series.ts'
import { asJson } from '../asJson.ts'
import { readShared } from '../readShared.ts'
import { problem } from '../schemas/problem.ts'
import type { Services } from '../services.ts'
import { overviewResource, seriesQuery, seriesResource } from '../schemas/statistics.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']
/** Longer windows move more slowly and take longer to read. */
const seriesMaxAgeSeconds = { '1h': 1, '24h': 15, '7d': 60 } as const

/** /v1/statistics: how things stand, and how they went. */
export function statisticsRoutes(services: Services): FastifyPluginAsyncZod {
  const { views } = services
  return async (app) => {
    app.get(
      '/v1/statistics/overview',
      { schema: { tags, summary: 'How things stand', response: { 200: overviewResource, ...errors } } },
      async (request) => asJson(await readShared(services, request, () => readOverview(views), 1)),
    )

    app.get(
      '/v1/statistics/series',
      {
        schema: {
          tags,
          summary: 'What happened in the last hour, day or week, step by step',
          querystring: seriesQuery,
          response: { 200: seriesResource, ...errors },
        },
      },
      async (request) => {
        const { window = '1h', lane } = request.query
        const read = () => readSeries(views, window, lane)
        const series = await readShared(services, request, read, seriesMaxAgeSeconds[window])
        return asJson({ window, step_seconds: windows[window].stepSeconds, ...series })
      },
    )
  }
}
