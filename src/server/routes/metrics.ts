import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { z } from 'zod'
import { isConnectionError } from '../../db/sqlState.ts'
import { readMetrics, type MetricsReading } from '../../queries/metrics.ts'
import { addInstallationMetrics } from '../metrics/installation.ts'
import { addServerMetrics } from '../metrics/server.ts'
import { addWorkerMetrics } from '../metrics/workers.ts'
import { problem } from '../schemas/problem.ts'
import type { Services } from '../services.ts'

/** However many scrape, the database is read at most so often. */
const maxAgeMs = 5_000
/** Prometheus waits for 10 s. */
const patienceMs = 4_000

/** Adds /metrics, in the text format of Prometheus. */
export function addMetrics(app: FastifyInstance, services: Services): void {
  const registry = new Registry()
  const read = async (): Promise<MetricsReading | undefined> => {
    const tooLate = new AbortController()
    try {
      return await Promise.race([
        services.reads.get('metrics', maxAgeMs, () => readMetrics(services.views)),
        sleep(patienceMs, undefined, { signal: tooLate.signal, ref: false }),
      ])
    } catch (error) {
      if (isConnectionError(error)) return undefined
      throw error
    } finally {
      tooLate.abort()
    }
  }
  addInstallationMetrics(registry, read)
  addWorkerMetrics(registry, async () => (await read())?.workers ?? [])
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
