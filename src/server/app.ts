import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { RequestError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { newId } from '../newId.ts'
import { keepAuditTrail } from './auditTrail.ts'
import { createAuthenticator, refuseOtherSites, type AuthOptions } from './auth.ts'
import { registerOpenapi } from './openapi.ts'
import { handleError } from './problems.ts'
import { alertRoutes } from './routes/alerts.ts'
import { auditRoutes } from './routes/audit.ts'
import { cancelRoutes } from './routes/cancel.ts'
import { catalogRoutes } from './routes/catalog.ts'
import { detailRoutes } from './routes/details.ts'
import { eventSocketRoutes, isEventSocket } from './routes/eventSocket.ts'
import { eventRoutes } from './routes/events.ts'
import { changesRoutes } from './routes/changes.ts'
import { exportRoutes } from './routes/export.ts'
import { healthRoutes } from './routes/health.ts'
import { laneRoutes } from './routes/lanes.ts'
import { addMetrics } from './routes/metrics.ts'
import { keptResultRoutes } from './routes/keptResult.ts'
import { resultRoutes } from './routes/result.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import { retryRoutes } from './routes/retry.ts'
import { sessionRoutes } from './routes/session.ts'
import { sourceRoutes } from './routes/sources.ts'
import { statisticsRoutes } from './routes/statistics.ts'
import { statusRoutes } from './routes/status.ts'
import { storageRoutes } from './routes/storage.ts'
import { submitRoutes } from './routes/submit.ts'
import { viewRoutes } from './routes/views.ts'
import { workerRoutes } from './routes/workers.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import type { Services } from './services.ts'

/** SQL of 1 MB in JSON, which can double it, and parameters. */
const largestBodyBytes = 8 * 1024 * 1024

/** So long a client may leave a connection unused; shorter than the default of SLUICE_STOP_GRACE_SECONDS. */
const unusedMs = 4_000
/** So long such a connection is kept: longer than the minute of most load balancers. */
const longestUnusedMs = 72_000

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route answers without a login. */
    open?: boolean
  }
}

export interface AppOptions extends AuthOptions {
  services: Services
  logger: Logger
  /** Adds pages that belong to no API route. */
  pages?: FastifyPluginAsync
}

/** The HTTP application, not listening yet. */
export async function buildApp({ services, logger, pages, ...auth }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: largestBodyBytes,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : newId()
    },
    routerOptions: { maxParamLength: 200 },
    // Clients hear of the first (`Keep-Alive: timeout`), and those that heed it have given up what they do not use before a
    // stop's grace is over; load balancers that do not must be faster than the second.
    keepAliveTimeout: unusedMs,
    http: { keepAliveTimeoutBuffer: longestUnusedMs - unusedMs, shouldUpgradeCallback: isEventSocket },
    forceCloseConnections: 'idle',
    // Refused below instead, in the form of every other error.
    return503OnClosing: false,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler(handleError)
  app.setNotFoundHandler((request) => {
    throw new RequestError('route_not_found', `There is no ${request.method} ${request.url.split('?')[0]}. See /docs.`)
  })
  const authenticate = createAuthenticator(auth)
  const { shutdown } = services
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('X-Request-Id', request.id)
    shutdown.watch(reply.raw)
    if (shutdown.refuses)
      throw new RequestError(
        'shutting_down',
        'This server is stopping. Ask again: another one answers, or it is back soon.',
      )
    refuseOtherSites(request)
    if (request.routeOptions.config.open !== true && !isDocs(request.url)) authenticate(request)
  })

  keepAuditTrail(app, services)
  await registerOpenapi(app, auth.apiKey !== undefined)
  addMetrics(app, services)
  for (const routes of [
    submitRoutes,
    statusRoutes,
    exportRoutes,
    cancelRoutes,
    retryRoutes,
    resultRoutes,
    keptResultRoutes,
    sourceRoutes,
    laneRoutes,
    workerRoutes,
    viewRoutes,
    scheduleRoutes,
    webhookRoutes,
    statisticsRoutes,
    storageRoutes,
    alertRoutes,
    auditRoutes,
    catalogRoutes,
    detailRoutes,
    eventRoutes,
    eventSocketRoutes,
    changesRoutes,
    healthRoutes,
  ]) {
    await app.register(routes(services))
  }
  if (auth.admin !== 'off') await app.register(sessionRoutes(auth))
  if (pages !== undefined) await app.register(pages)
  return app
}

/** The API's description holds no secret. */
function isDocs(url: string): boolean {
  return /^\/docs(\/|\?|$)/.test(url)
}
