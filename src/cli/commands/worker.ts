import { Option, type Command } from 'commander'
import { loadConfig } from '../../config.ts'
import { requireDatabase } from '../requireDatabase.ts'
import { requireMemorySettings } from '../memorySettings.ts'

interface WorkerFlags {
  lanes?: string
  concurrency?: string
  processes?: string
  supervised?: boolean
}

export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('Run queries')
    .option('--lanes <names>', 'serve these lanes only, separated by commas')
    .option('--concurrency <number>', 'queries that a process runs at one time')
    .option('--processes <number>', 'worker processes to keep running')
    // A supervisor starts its processes so.
    .addOption(new Option('--supervised').hideHelp())
    .action(async ({ lanes, concurrency, processes, supervised = false }: WorkerFlags) => {
      const config = requireDatabase(
        loadConfig({ SLUICE_LANES: lanes, SLUICE_CONCURRENCY: concurrency, SLUICE_PROCESSES: processes }),
      )
      if (config.processes !== undefined && !supervised) {
        const { superviseWorkers } = await import('../worker/superviseWorkers.ts')
        await superviseWorkers(config, config.processes)
      } else {
        requireMemorySettings()
        const { runWorker } = await import('../worker/runWorker.ts')
        await runWorker(config, supervised && process.channel !== undefined)
      }
    })
}
