import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Histogram, type Registry } from 'prom-client'
import type { Services } from '../services.ts'
import { addFamily } from './family.ts'

/** Gauges of prom-client that are named like counters. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/** Adds what this server process tells of itself: requests, pools, notifications, memory, event loop. */
export function addServerMetrics(
  app: FastifyInstance,
  registry: Registry,
  { pool, views, waiters }: Pick<Services, 'pool' | 'views' | 'waiters'>,
): void {
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  const requests = new Histogram({
    name: 'sluice_http_request_seconds',
    help: 'Requests, from their first byte to the last of the answer; waiting for a query counts.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    requests.observe(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: `${Math.floor(reply.statusCode / 100)}xx`,
      },
      reply.elapsedTime / 1000,
    )
  })
  addFamily(
    registry,
    'gauge',
    'sluice_server_pool_connections',
    'Connections to the control database; waiting: callers without one.',
    async () =>
      Object.entries({ control: pool, views }).flatMap(([name, { totalCount, idleCount, waitingCount }]) =>
        Object.entries({ total: totalCount, idle: idleCount, waiting: waitingCount }).map(([state, value]) => ({
          labels: { pool: name, state },
          value,
        })),
      ),
  )
  addFamily(registry, 'gauge', 'sluice_server_waiting_requests', 'Requests that wait for a query to end.', async () => [
    { value: waiters.size },
  ])
  addFamily(
    registry,
    'counter',
    'sluice_server_backstops_total',
    'Ends of queries that the poll found: no notification of them was heard.',
    async () => [{ value: waiters.backstops }],
  )
  addFamily(
    registry,
    'gauge',
    'sluice_server_notify_lag_seconds',
    'What a notification takes to be heard.',
    async () => {
      const seconds = waiters.notifyLagSeconds
      return seconds === undefined ? [] : [{ value: seconds }]
    },
  )
}
