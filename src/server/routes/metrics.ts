import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { z } from 'zod'
import { isConnectionError } from '../../db/sqlState.ts'
import { readMetrics, type MetricsReading } from '../../queries/metrics.ts'
import { addFamily } from '../metrics/family.ts'
import { addInstallationMetrics } from '../metrics/installation.ts'
import { addServerMetrics } from '../metrics/server.ts'
import { addWorkerMetrics } from '../metrics/workers.ts'
import { problem } from '../schemas/problem.ts'
import type { Services } from '../services.ts'

/** However many scrape, the database is read at most so often. */
const maxAgeMs = 5_000
/** What a scrape found out stands so long for its other metrics, also that it found out nothing. */
const scrapeMs = 500
/** Prometheus waits for 10 s. */
const patienceMs = 4_000

/** What a scrape found out. */
interface Scrape {
  /** The control database answers. */
  isUp: boolean
  /** Undefined: it could not be read. */
  reading: MetricsReading | undefined
}

/** Adds /metrics, in the text format of Prometheus. */
export function addMetrics(app: FastifyInstance, services: Services): void {
  const registry = new Registry()
  const scrape = (): Promise<Scrape> => services.reads.get('scrape', scrapeMs, () => lookAt(services, app.log))
  addFamily(registry, 'gauge', 'sluice_database_up', '1: the control database answers.', async () => [
    { value: Number((await scrape()).isUp) },
  ])
  addFamily(
    registry,
    'gauge',
    'sluice_metrics_read_failed',
    '1: metrics of the installation and of workers could not be read in time, and are left out.',
    async () => [{ value: Number((await scrape()).reading === undefined) }],
  )
  addInstallationMetrics(registry, async () => (await scrape()).reading)
  addWorkerMetrics(registry, async () => (await scrape()).reading?.workers ?? [])
  addServerMetrics(app, registry, services)

  app.get(
    '/metrics',
    {
      schema: {
        tags: ['operators'],
        summary: 'Metrics, in the text format of Prometheus',
        response: { 200: z.string(), '4xx': problem, '5xx': problem },
      },
    },
    async (_, reply) => {
      const text = await registry.metrics()
      return await reply.type(registry.contentType).send(text)
    },
  )
}

/** Whether the database answers is asked apart: views may be slow, busy or missing while it does. */
async function lookAt({ pool, views, reads }: Services, log: FastifyBaseLogger): Promise<Scrape> {
  const [isAnswered, reading] = await Promise.all([
    inTime(pool.query('select 1')).then(
      (answer) => answer !== undefined,
      (error: unknown) => !isConnectionError(error),
    ),
    inTime(reads.get('metrics', maxAgeMs, () => readMetrics(views))).catch((error: unknown) => {
      if (!isConnectionError(error)) log.error({ err: error }, 'could not read metrics of the installation')
      return undefined
    }),
  ])
  return { isUp: isAnswered || reading !== undefined, reading }
}

/** What a promise is fulfilled with; undefined: not in time. */
async function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  const done = new AbortController()
  try {
    return await Promise.race([promise, sleep(patienceMs, undefined, { signal: done.signal, ref: false })])
  } finally {
    done.abort()
  }
}
