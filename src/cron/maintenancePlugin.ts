import type { JobHelpers, TaskList } from 'graphile-worker'
import type { Config } from '../config.ts'
import { hurryAnswers } from '../db/answerBound.ts'
import { createControlPool } from '../db/pool.ts'
import { inTurn } from '../inTurn.ts'
import { createLogger, type Logger } from '../log.ts'
import { archiveResults } from '../results/archive.ts'
import { copyRows } from '../results/copyRows.ts'
import { collectDropped } from '../results/s3/collectDropped.ts'
import { whatHappened } from '../results/s3/failures.ts'
import { sweepBucket } from '../results/s3/sweep.ts'
import { createStores, type ResultStores } from '../results/stores.ts'
import { maintain } from './maintain.ts'

/** Maintenance runs one task after another, mostly. */
const connections = 2
/** It works through whole tables; TCP finds out sooner whether the other side is still there. */
const answerTimeoutMs = 600_000

interface Maintenance {
  stores: ResultStores
  historyDays: number
  logger: Logger
  close(): Promise<void>
}

type Duty = (maintenance: Maintenance, signal: AbortSignal | undefined, payload: unknown) => Promise<unknown>

/** What the crontab, and functions of schema sluice, ask for by name. */
const duties: Record<string, Duty> = {
  async 'sluice:maintain'(maintenance) {
    const { stores, historyDays, logger } = maintenance
    try {
      const { reaped, ...expired } = await maintain(stores.pool, historyDays)
      if (reaped > 0) logger.warn({ reaped }, 'took queries away from dead workers')
      if (expired.manifests + expired.dropped.length + expired.inUse.length + expired.rescued > 0) {
        logger.info(expired, 'results expired')
      }
    } finally {
      await collect(maintenance)
    }
  },
  'sluice:collect': collect,
  'sluice:copy': ({ stores }, _, payload) => copyRows(stores, (payload as { query_id: string }).query_id),
  async 'sluice:archive'({ stores, logger }, signal) {
    const report = await archiveResults(stores, signal)
    if (report.results > 0) logger.info(report, 'results were moved to S3')
  },
  async 'sluice:sweep'({ stores, logger }) {
    const report = { chunks: 0, objects: 0, bytes: 0, uploads: 0 }
    await inTurn({
      async 'delete orphaned chunks'() {
        const { rows } = await stores.pool.query<{ chunks: number }>(
          'select sluice.delete_orphaned_chunks()::float8 as chunks',
        )
        report.chunks = rows[0]!.chunks
      },
      'sweep the bucket': async () => Object.assign(report, await sweepBucket(stores)),
    }).finally(() => {
      if (report.chunks + report.objects + report.uploads > 0) logger.warn(report, 'deleted what no result names')
    })
  },
}

/** A failure of S3 is told, and tried again the next time; it keeps nothing else back. */
async function collect({ stores, logger }: Maintenance): Promise<void> {
  const deleted = await collectDropped(stores).catch((error: unknown) => {
    logger.warn({ cause: whatHappened(error) }, 'could not delete objects of dropped results; it is tried again')
    return 0
  })
  if (deleted > 0) logger.info({ objects: deleted }, 'deleted objects of dropped results')
}

/**
 * A plugin of graphile-worker that adds the tasks of the maintenance to a pool.
 *
 * @param about what every line of its log says besides
 */
export function maintenancePlugin(config: Config, about: () => object): GraphileConfig.Plugin {
  let opened: Maintenance | undefined
  const run = async (duty: Duty, payload: unknown, { abortSignal }: JobHelpers): Promise<void> => {
    opened ??= open(config, about)
    const { pool } = opened.stores
    // The time of a drain is over: who still waits for a silent PostgreSQL does so no longer.
    const hurry = (): void => hurryAnswers(pool)
    abortSignal?.addEventListener('abort', hurry)
    await duty(opened, abortSignal, payload).finally(() => abortSignal?.removeEventListener('abort', hurry))
  }
  const close = async (): Promise<void> => {
    const closing = opened
    opened = undefined
    await closing?.close()
  }
  return {
    name: 'SluiceMaintenancePlugin',
    version: '1',
    worker: {
      hooks: {
        startWorker(_ctx, { tasks }) {
          for (const [name, duty] of Object.entries(duties)) {
            ;(tasks as TaskList)[name] = (payload, helpers) => run(duty, payload, helpers)
          }
        },
      },
      middleware: {
        async poolGracefulShutdown(next) {
          await next()
          await close()
        },
        async poolForcefulShutdown(next) {
          const ended = await next()
          await close()
          return ended
        },
      },
    },
  }
}

function open(config: Config, about: () => object): Maintenance {
  const logger = createLogger(config, 'maintenance', about)
  const pool = createControlPool({
    // A worker has been told of its database by then.
    connectionString: config.databaseUrl!,
    max: connections,
    applicationName: 'sluice worker (maintenance)',
    answerTimeoutMs,
    logger,
  })
  const stores = createStores(pool, config.s3)
  return {
    stores,
    historyDays: config.historyDays,
    logger,
    async close() {
      await stores.close()
      await pool.end()
    },
  }
}
