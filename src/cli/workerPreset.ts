import type { Config } from '../config.ts'
import { beatPlugin } from '../cron/beatPlugin.ts'
import { crontabFile, cronTasksFile } from '../cron/files.ts'
import { maintenancePlugin } from '../cron/maintenancePlugin.ts'
import { createWorkerPreset, type WorkerHost } from '../tasks/preset.ts'

/**
 * The preset of a Sluice worker: lanes from src/tasks, maintenance and the beat from src/cron.
 */
export function workerPreset(config: Config, host?: WorkerHost): GraphileConfig.Preset {
  return {
    extends: [createWorkerPreset(config, { tasks: cronTasksFile, crontab: crontabFile }, host)],
    plugins: [beatPlugin(config), maintenancePlugin(config)],
  }
}
