import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyPluginAsync } from 'fastify'
import type { Config } from '../config.ts'
import { endIdle, hurryAnswers } from '../db/answerBound.ts'
import { checkSessions } from '../db/checkSessions.ts'
import { createControlPool } from '../db/pool.ts'
import { createReserved } from '../db/reserved.ts'
import { requireMigrations } from '../db/requireMigrations.ts'
import { createViewPool } from '../db/viewPool.ts'
import { Networks } from '../delivery/addresses.ts'
import { UsageError } from '../errors.ts'
import { every } from '../every.ts'
import type { Logger } from '../log.ts'
import { rollUpIfDue, rollUpMs } from '../queries/statistics.ts'
import { createSubmitter } from '../queries/submit.ts'
import { checkStores } from '../results/checkStores.ts'
import { createStores } from '../results/stores.ts'
import { buildApp } from './app.ts'
import { EventFeed } from './eventFeed.ts'
import { QueryWaiters } from './queryWaiters.ts'
import { ResultGrowth } from './resultGrowth.ts'
import { SharedReads } from './sharedReads.ts'
import { Shutdown } from './shutdown.ts'
import { silentConnections } from './silentConnections.ts'
import { StillWanted } from './stillWanted.ts'

/** A server that listens. */
export interface RunningServer {
  /** Address, `http://host:port`. */
  url: string
  /**
   * Turns clients away, stops taking requests, answers those under way, closes the connections to PostgreSQL.
   *
   * @param graceSeconds how long all is still answered while clients turn away
   */
  close(graceSeconds?: number): Promise<void>
}

/** A connection that came in the last moment of the grace gets so long to ask something. */
const lastMs = 1_000

export interface ServeOptions {
  config: Config & { databaseUrl: string }
  /** Undefined: no login. */
  apiKey: string | undefined
  logger: Logger
  /** Adds pages that belong to no API route. */
  pages?: FastifyPluginAsync
}

/**
 * Starts the HTTP server.
 *
 * @throws UsageError if the port is taken, the address is not one of this machine, results cannot be kept where
 *   lanes want them, a pooler shares the sessions of the control database, or that lacks migrations
 */
export async function serve({ config, apiKey, logger, pages }: ServeOptions): Promise<RunningServer> {
  const drawback = await checkSessions(config.databaseUrl)
  if (drawback !== undefined) logger.warn(drawback)
  await requireMigrations(config.databaseUrl)
  const answerTimeoutMs = config.controlTimeoutSeconds * 1000
  const pool = createControlPool({
    connectionString: config.databaseUrl,
    max: config.controlConnections,
    applicationName: 'sluice server',
    answerTimeoutMs,
    logger,
  })
  const reserved = createReserved({
    connectionString: config.databaseUrl,
    applicationName: 'sluice server (reserved)',
    answerTimeoutMs,
    logger,
  })
  const views = createViewPool({
    connectionString: config.databaseUrl,
    applicationName: 'sluice server (views)',
    logger,
  })
  const waiters = new QueryWaiters(pool, config.databaseUrl, answerTimeoutMs, logger)
  const growth = new ResultGrowth(pool, logger)
  const feed = new EventFeed(pool, logger)
  waiters.onDone(() => feed.hint())
  waiters.onUnreachable(() => {
    hurryAnswers(pool)
    hurryAnswers(views)
    hurryAnswers(reserved.pool)
  })
  waiters.onStandby(() => {
    endIdle(pool)
    endIdle(views)
    endIdle(reserved.pool)
  })
  const results = createStores(pool, config.s3)
  const shutdown = new Shutdown()
  const stopCounting = config.statistics
    ? every(
        rollUpMs,
        () => rollUpIfDue(pool),
        (error) => logger.warn({ err: error }, 'could not count what has happened; it is tried again'),
      )
    : undefined
  const close = async (): Promise<void> => {
    await stopCounting?.()
    await waiters.close()
    await results.close()
    await Promise.all([pool.end(), views.end(), reserved.close()])
  }
  try {
    await checkStores(results, { writes: false })
    await waiters.start()
    await reserved.open()
    const services = {
      pool,
      reserved: reserved.pool,
      views,
      results,
      reads: new SharedReads(),
      submitter: createSubmitter(pool),
      waiters,
      shutdown,
      growth,
      wanted: new StillWanted(pool, logger),
      feed,
      networks: new Networks(config.webhookNetworks),
    }
    const app = await buildApp({
      services,
      apiKey,
      admin: config.admin,
      logger,
      ...(pages === undefined ? {} : { pages }),
    })
    const closeSilent = silentConnections(app.server)
    const url = await app.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
      throw explainListenError(error, config)
    })
    return {
      url,
      async close(graceSeconds = 0) {
        shutdown.turnAway()
        if (graceSeconds > 0) await sleep(graceSeconds * 1000)
        const closed = Promise.all([app.close(), stopCounting?.()])
        const refuse = (): void => {
          shutdown.refuse()
          closeSilent()
        }
        const last = setTimeout(refuse, lastMs)
        if (graceSeconds === 0) refuse()
        // Those who wait are answered with what there is, so that closing does not wait for them; who follows a query
        // to its end is cut off.
        growth.close()
        await feed.close()
        await waiters.close()
        await closed
        clearTimeout(last)
        await results.close()
        await Promise.all([pool.end(), views.end(), reserved.close()])
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function explainListenError(error: unknown, { host, port }: Config): unknown {
  switch ((error as { code?: string }).code) {
    case 'EADDRINUSE':
      return new UsageError(
        `Port ${port} on ${host} is taken. Stop what listens there, or choose another port with --port.`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UsageError(`${host} is not an address of this machine. Choose another with --host.`)
    case 'EACCES':
      return new UsageError(`Port ${port} may not be used by this account. Choose one above 1023 with --port.`)
    default:
      return error
  }
}
