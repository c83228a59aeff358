import type { Config } from '../../config.ts'
import { checkSessions } from '../../db/checkSessions.ts'
import { requireMigrations } from '../../db/requireMigrations.ts'
import { isConnectionError } from '../../db/sqlState.ts'
import type { UsageError } from '../../errors.ts'
import { createLogger } from '../../log.ts'
import type { WorkerHost } from '../../tasks/preset.ts'
import { exitCodes } from '../exitCodes.ts'
import { onParentGone, onStopSignal } from '../signals.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import { startPool } from './startPool.ts'

/** So much longer than a drain may take a worker that came upon an error goes on at most. */
const brokenGraceMs = 10_000

/**
 * Is a worker until it is told to stop, is worn, or comes upon an error that nobody catches.
 *
 * @param isSupervised a supervisor started this process and talks with it over its channel
 * @throws UsageError if the worker does not start with this configuration, or the database lacks migrations
 */
export async function runWorker(
  config: Readonly<Config & { databaseUrl: string }>,
  isSupervised: boolean,
): Promise<void> {
  const logger = createLogger(config, 'worker')
  const tell = (message: FromWorker): void => {
    // A supervisor that is gone needs to know nothing.
    if (isSupervised && process.connected) process.send!(message, () => undefined)
  }
  const drawback = await checkSessions(config.databaseUrl)
  if (drawback !== undefined) logger.warn(drawback)
  await requireMigrations(config.databaseUrl)
  let refusal: UsageError | undefined
  let interrupt: (() => void) | undefined
  let retire: (() => void) | undefined
  const host: WorkerHost = {
    onRefused: (error) => (refusal = error),
    onStarted(interruptNow) {
      interrupt = interruptNow
      tell({ kind: 'started' })
    },
  }
  if (isSupervised) {
    host.supervisorPid = process.ppid
    host.onWorn = (reason, retireNow) => {
      retire = retireNow
      tell({ kind: 'worn', reason })
    }
  }
  const runner = await startPool(config, host)
  const stop = (): void => void runner.stop().catch(() => undefined)
  const hurry = (): void => {
    interrupt?.()
    runner.kill().catch(() => undefined)
  }

  onStopSignal((signal) => {
    logger.info({ signal }, 'stopping')
    stop()
  }, hurry)
  if (isSupervised) {
    onMessage(({ kind }) => ({ retire: () => retire?.(), drain: stop, hurry })[kind]())
  }
  onParentGone(() => {
    logger.warn('the process that started this worker is gone; stopping')
    stop()
  })

  let isBroken = false
  const breakDown = (error: unknown, what: string): void => {
    logger.error({ err: error }, isBroken ? what : `${what}; draining, to end with ${exitCodes.failed}`)
    if (isBroken) return
    isBroken = true
    process.exitCode = exitCodes.failed
    tell({ kind: 'broken' })
    stop()
    setTimeout(() => process.exit(exitCodes.failed), config.drainSeconds * 1000 + brokenGraceMs).unref()
  }
  process.on('uncaughtException', (error) => breakDown(error, 'uncaught exception'))
  process.on('unhandledRejection', (error) => {
    // graphile-worker waits for nobody when it completes a ticket; losing that is harmless.
    if (isConnectionError(error)) {
      logger.warn({ cause: (error as Error).message }, 'the control database went while a ticket was served')
    } else breakDown(error, 'unhandled rejection')
  })

  await runner.promise
  if (refusal !== undefined) throw refusal
}

function onMessage(listener: (message: ToWorker) => void): void {
  process.on('message', (message) => listener(message as ToWorker))
  // The channel keeps no worker from ending.
  process.channel?.unref()
}
