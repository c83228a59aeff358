import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { readOverview } from '../../queries/overview.ts'
import { readSeries, windows } from '../../queries/series.ts'
import { asJson } from '../asJson.ts'
import { problem } from '../schemas/problem.ts'
import type { Services } from '../services.ts'
import { overviewResource, seriesQuery, seriesResource } from '../schemas/statistics.ts'

const errors = { '4xx': problem, '5xx': problem }
const tags = ['operators']
const overviewMaxAgeMs = 1_000
/** Longer windows move more slowly and take longer to read. */
const seriesMaxAgeMs = { '1h': 1_000, '24h': 15_000, '7d': 60_000 } as const

/** /v1/statistics: how things stand, and how they went. */
export function statisticsRoutes({ views, reads }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/v1/statistics/overview',
      { schema: { tags, summary: 'How things stand', response: { 200: overviewResource, ...errors } } },
      async () => asJson(await reads.get('overview', overviewMaxAgeMs, () => readOverview(views))),
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
        const series = await reads.get(`series ${window} ${lane ?? ''}`, seriesMaxAgeMs[window], () =>
          readSeries(views, window, lane),
        )
        return asJson({ window, step_seconds: windows[window].stepSeconds, ...series })
      },
    )
  }
}
