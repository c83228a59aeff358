import type { Config } from '../../config.ts'
import { createLogger } from '../../log.ts'
import { onStopSignal } from '../signals.ts'
import { Supervisor } from './supervisor.ts'

/** Keeps worker processes running until it is told to stop and they have ended; sets the exit code. */
export async function superviseWorkers(config: Readonly<Config>, processes: number): Promise<void> {
  const logger = createLogger(config, 'supervisor')
  const supervisor = new Supervisor({
    processes,
    environment: {
      ...process.env,
      SLUICE_CONCURRENCY: String(config.concurrency),
      SLUICE_LANES: config.lanes?.join(',') ?? '',
    },
    drainSeconds: config.drainSeconds,
    logger,
  })
  onStopSignal(
    (signal) => {
      logger.info({ signal }, 'stopping')
      supervisor.stop()
    },
    () => supervisor.hurry(),
  )
  logger.info({ processes }, 'starting worker processes')
  supervisor.start()
  process.exitCode = await supervisor.ended
  logger.info('stopped')
}
