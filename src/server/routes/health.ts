import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { isConnectionError } from '../../db/sqlState.ts'
import { readReadiness } from '../../queries/readiness.ts'
import { health } from '../schemas/health.ts'
import type { Services } from '../services.ts'

/** However many ask, the database is asked at most so often. */
const maxAgeMs = 1_000

const advice = {
  accepting: 'This server is stopping: it answers for a while, new requests should go to another one.',
  database: 'PostgreSQL cannot be reached.',
  refused: "PostgreSQL answers, but refuses to say how it stands: the server's log has its words.",
  writable: 'PostgreSQL takes no writes: it is a standby until it is promoted, or was made read-only. Reading works.',
  migrations: 'The database lacks migrations of this version: run sluice migrate.',
  notifications: 'The connection for notifications is broken; it comes back by itself.',
  partitions: 'There is no partition for results of today or tomorrow: start a worker, or run sluice migrate.',
} as const

/** /health/live: the process answers. /health/ready: it can do its work. Neither asks for a login. */
export function healthRoutes({ pool, reads, waiters, shutdown }: Services): FastifyPluginAsyncZod {
  return async (app) => {
    const open = { config: { open: true } }

    app.get(
      '/health/live',
      { ...open, schema: { tags: ['health'], summary: 'The process answers', response: { 200: health } } },
      async () => ({ status: 'ok' as const }),
    )

    app.get(
      '/health/ready',
      {
        ...open,
        schema: {
          tags: ['health'],
          summary: 'The server can do its work and is not stopping: database, migrations, notifications, partitions',
          response: { 200: health, 503: health },
        },
      },
      async (_, reply) => {
        const readiness = await reads
          .get('readiness', maxAgeMs, () => readReadiness(pool))
          .catch((error: unknown) => {
            if (isConnectionError(error)) return undefined
            app.log.error({ err: error }, 'could not look whether the database is ready')
            return 'refused' as const
          })
        const known = readiness === 'refused' ? undefined : readiness
        const checks = {
          accepting: !shutdown.turnsAway,
          database: readiness !== undefined,
          writable: known?.writable ?? false,
          migrations: known?.migrations ?? false,
          notifications: waiters.isListening,
          partitions: known?.partitions ?? false,
        }
        // Without an answer nothing else is known of the database, and a standby gives no notifications.
        const told = [
          'accepting',
          'database',
          ...(known !== undefined ? (['writable', 'migrations', 'partitions'] as const) : []),
          ...(checks.writable ? (['notifications'] as const) : []),
        ] as const
        const wrong = [
          ...told.filter((name) => !checks[name]),
          ...(readiness === 'refused' ? (['refused'] as const) : []),
        ]
        if (wrong.length === 0) return { status: 'ok' as const, checks }
        const detail = wrong.map((name) => advice[name]).join(' ')
        return await reply.code(503).send({ status: 'unavailable' as const, detail, checks })
      },
    )
  }
}
