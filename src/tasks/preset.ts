import { setTimeout as sleep } from 'node:timers/promises'
import { Logger as GraphileLogger, type TaskList, type WorkerPool } from 'graphile-worker'
import type { Config } from '../config.ts'
import { sessionSettings } from '../db/client.ts'
import { isPooled, sessionStart } from '../db/sessionStart.ts'
import { UsageError } from '../errors.ts'
import { createLogger, type Logger } from '../log.ts'
import { ticketConnections } from './ticketPool.ts'
import { WorkerRuntime } from './workerRuntime.ts'

const startRetryMs = 1_000

/** Files that graphile-worker loads besides. */
export interface WorkerFiles {
  /** A module whose default export is a task list. */
  tasks: string
  crontab: string
}

/** The process around a worker, which is told of its life. */
export interface WorkerHost {
  /** The process that starts another when this one ends; undefined: there is none. */
  supervisorPid?: number
  /** The worker does not start with this configuration, and ends. Without it the log says why. */
  onRefused?(error: UsageError): void
  /**
   * The worker serves its lanes.
   *
   * @param interrupt makes a worker that drains put back at once what it runs; graphile-worker's
   *   forceful shutdown no longer reaches one that has no ticket in work
   */
  onStarted?(interrupt: () => void): void
  /**
   * The worker has run its queries, or holds more memory than it may.
   *
   * @param retire lets it claim nothing more, end its queries and stop; without `onWorn` that happens at once
   */
  onWorn?(reason: string, retire: () => void): void
}

/** What the parts of a worker's process know of it. */
export interface WorkerSelf {
  /** Its id in sluice.workers; undefined before it is there. */
  workerId?: string
}

/**
 * The graphile-worker preset that makes a pool of graphile-worker a Sluice worker: for
 * `sluice worker` and for the stock `graphile-worker` command alike. A plugin starts the
 * runtime with the pool, gives the pool one task per lane, and drains when it shuts down.
 *
 * @param self is told which worker this is
 * @throws UsageError without a control database
 */
export function createWorkerPreset(
  config: Config,
  files: WorkerFiles,
  host: WorkerHost = {},
  self: WorkerSelf = {},
): GraphileConfig.Preset {
  const { databaseUrl } = config
  if (databaseUrl === undefined) {
    throw new UsageError('A worker needs a control database. Set DATABASE_URL to its postgres:// address.')
  }
  const logger = createLogger(config, 'worker', () => ({ worker: self.workerId }))
  return {
    plugins: [sluicePlugin({ ...config, databaseUrl }, logger, host, self)],
    worker: {
      connectionString: withSessionOptions(databaseUrl),
      concurrentJobs: config.concurrency,
      maxPoolSize: ticketConnections(config),
      preparedStatements: !isPooled(databaseUrl),
      // Tickets are claimed one at a time when a slot is free, and completed one by one:
      // batched completion does not retry (graphile/worker#636).
      pollInterval: 1_000,
      gracefulShutdownAbortTimeout: config.drainSeconds * 1000,
      taskDirectory: files.tasks,
      crontabFile: files.crontab,
      logger: graphileLogger(logger),
    },
  }
}

/** Losing what graphile-worker did to a ticket is harmless, so its commits need not wait for the disk. */
function withSessionOptions(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  const given = url.searchParams.get('options')
  url.searchParams.set('application_name', 'sluice worker (tickets)')
  const { options } = sessionStart(databaseUrl, sessionSettings(true)).config
  if (options !== undefined) url.searchParams.set('options', [given, options].filter(Boolean).join(' '))
  return url.toString()
}

function sluicePlugin(
  config: Config & { databaseUrl: string },
  logger: Logger,
  host: WorkerHost,
  self: WorkerSelf,
): GraphileConfig.Plugin {
  /** Ends the process: it cannot work as it is set up. */
  const refuse = (error: UsageError, workerPool: WorkerPool): void => {
    if (refused) return
    refused = true
    if (host.onRefused === undefined) {
      logger.fatal(error.message)
      process.exitCode = 2
    } else host.onRefused(error)
    Promise.resolve(workerPool.gracefulShutdown(error.message)).catch(() => undefined)
  }
  /** Another process is to take the place of this one. */
  const replaceWorn = (reason: string, starting: Promise<WorkerRuntime>): void => {
    const retire = (): void => void starting.then((started) => started.retire(reason)).catch(() => undefined)
    if (host.onWorn !== undefined) {
      logger.info({ reason }, 'this process is worn; another is to take its place')
      host.onWorn(reason, retire)
      return
    }
    logger.warn({ reason }, 'this process is worn and ends after its queries; whoever started it must start another')
    retire()
  }
  let refused = false
  let runtime: Promise<WorkerRuntime> | undefined
  const stopping = new AbortController()
  /** graphile-worker asks only once, and a control database that goes away meanwhile comes back. */
  const startPatiently = async (start: () => Promise<WorkerRuntime>): Promise<WorkerRuntime> => {
    for (;;) {
      try {
        return await start()
      } catch (error) {
        if (error instanceof UsageError || stopping.signal.aborted) throw error
        logger.error({ err: error }, 'the worker could not start; it is tried again')
        await sleep(startRetryMs, undefined, { signal: stopping.signal })
      }
    }
  }

  return {
    name: 'SluicePlugin',
    version: '1',
    worker: {
      hooks: {
        // Runs before a slot fetches its first job; the first slot starts the runtime for all.
        async startWorker(ctx, { worker, tasks }) {
          const starting = (runtime ??= startPatiently(() =>
            WorkerRuntime.start(config, worker.workerPool.id, ctx.resolvedPreset.worker.concurrentJobs, logger, {
              supervisorPid: host.supervisorPid,
              onRegistered: (workerId) => (self.workerId = workerId),
              onLanes: (lanes) =>
                serveLanes(tasks as TaskList, lanes, async (lane) => (await starting).serve(lane), logger),
              onDrain: () =>
                void Promise.resolve(worker.workerPool.gracefulShutdown('Asked to drain')).catch(() => undefined),
              onWorn: (reason) => replaceWorn(reason, starting),
            }),
          ).then((started) => {
            host.onStarted?.(() => started.interrupt())
            return started
          }))
          try {
            await starting
          } catch (error) {
            if (error instanceof UsageError) refuse(error, worker.workerPool)
            throw error
          }
        },
      },
      middleware: {
        async poolGracefulShutdown(next) {
          stopping.abort()
          const started = await runtime?.catch(() => undefined)
          const drained = started?.drain()
          await next()
          await drained
          await started?.close()
        },
        async poolForcefulShutdown(next) {
          stopping.abort()
          const started = await runtime?.catch(() => undefined)
          started?.interrupt()
          return await next()
        },
      },
    },
  }
}

const lanePrefix = 'sluice:lane:'

/**
 * graphile-worker looks at the keys of its task list before every fetch, so lanes can come and
 * go. No ticket fails: one that was replaced meanwhile would be kept for ever, and what waits
 * unseen is woken anyway.
 */
function serveLanes(
  tasks: TaskList,
  lanes: readonly string[],
  serve: (lane: string) => Promise<void>,
  logger: Logger,
): void {
  const wanted = new Set(lanes.map((lane) => lanePrefix + lane))
  for (const identifier of Object.keys(tasks)) {
    if (identifier.startsWith(lanePrefix) && !wanted.has(identifier)) delete tasks[identifier]
  }
  for (const lane of lanes) {
    tasks[lanePrefix + lane] ??= () =>
      serve(lane).catch((error: unknown) =>
        logger.warn({ err: error, lane }, 'could not serve a ticket; another comes'),
      )
  }
}

/**
 * graphile-worker's messages in the worker's log; what it says of every job is debug noise
 * here. Errors are not logged whole: pg hangs its connections on them.
 */
function graphileLogger(logger: Logger): GraphileLogger {
  return new GraphileLogger(() => (level, message, meta) => {
    const error = meta?.['error'] as { code?: string; message?: string } | undefined
    if (level === 'error') logger.error({ code: error?.code, cause: error?.message }, message)
    else if (level === 'warning') logger.warn(message)
    else logger.debug(message)
  })
}
