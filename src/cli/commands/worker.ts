import type { Command } from 'commander'
import { run } from 'graphile-worker'
import { loadConfig } from '../../config.ts'
import { createLogger } from '../../log.ts'
import { exitCodes } from '../exitCodes.ts'
import { requireDatabase } from '../requireDatabase.ts'
import { onStopSignal } from '../signals.ts'
import { workerPreset } from '../workerPreset.ts'

export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('Run queries')
    .option('--lanes <names>', 'serve these lanes only, separated by commas')
    .option('--concurrency <number>', 'queries to run at one time')
    .action(async ({ lanes, concurrency }: { lanes?: string; concurrency?: string }) => {
      const config = requireDatabase(loadConfig({ SLUICE_LANES: lanes, SLUICE_CONCURRENCY: concurrency }))
      const logger = createLogger(config, 'worker')
      const runner = await run({ preset: workerPreset(config), noHandleSignals: true })
      onStopSignal(
        (signal) => {
          logger.info({ signal }, 'stopping')
          void runner.stop()
        },
        () => void runner.kill(),
      )
      // A worker whose connection broke at the wrong moment stops in order; whoever started it starts another.
      process.on('unhandledRejection', (error) => {
        logger.error({ err: error }, 'unhandled rejection; stopping')
        process.exitCode = exitCodes.failed
        runner.stop().catch(() => undefined)
      })
      await runner.promise
    })
}
