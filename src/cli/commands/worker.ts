import type { Command } from 'commander'
import { run } from 'graphile-worker'
import { loadConfig } from '../../config.ts'
import { isConnectionError } from '../../db/sqlState.ts'
import type { UsageError } from '../../errors.ts'
import { createLogger } from '../../log.ts'
import { exitCodes } from '../exitCodes.ts'
import { requireDatabase } from '../requireDatabase.ts'
import { onParentGone, onStopSignal } from '../signals.ts'
import { requireWorkerFlags } from '../workerFlags.ts'
import { workerPreset } from '../workerPreset.ts'

export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('Run queries')
    .option('--lanes <names>', 'serve these lanes only, separated by commas')
    .option('--concurrency <number>', 'queries to run at one time')
    .action(async ({ lanes, concurrency }: { lanes?: string; concurrency?: string }) => {
      requireWorkerFlags()
      const config = requireDatabase(loadConfig({ SLUICE_LANES: lanes, SLUICE_CONCURRENCY: concurrency }))
      const logger = createLogger(config, 'worker')
      let refusal: UsageError | undefined
      const preset = workerPreset(config, (error) => (refusal = error))
      const runner = await run({ preset, noHandleSignals: true })
      const stop = (): void => void runner.stop().catch(() => undefined)
      onStopSignal(
        (signal) => {
          logger.info({ signal }, 'stopping')
          stop()
        },
        () => void runner.kill(),
      )
      onParentGone(() => {
        logger.warn('the process that started this worker is gone; stopping')
        stop()
      })
      process.on('unhandledRejection', (error) => {
        // graphile-worker waits for nobody when it completes a ticket; losing that is harmless.
        if (isConnectionError(error)) {
          logger.warn({ cause: (error as Error).message }, 'the control database went while a ticket was served')
          return
        }
        // Whoever started this worker starts another.
        logger.error({ err: error }, 'unhandled rejection; stopping')
        process.exitCode = exitCodes.failed
        stop()
      })
      await runner.promise
      if (refusal !== undefined) throw refusal
    })
}
