import type { Config } from '../config.ts'
import { beatPlugin } from '../cron/beatPlugin.ts'
import { crontabFile, cronTasksFile } from '../cron/files.ts'
import { maintenancePlugin } from '../cron/maintenancePlugin.ts'
import type { UsageError } from '../errors.ts'
import { createWorkerPreset } from '../tasks/preset.ts'

/**
 * The preset of a Sluice worker: lanes from src/tasks, maintenance and the beat from src/cron.
 *
 * @param onRefused see {@link createWorkerPreset}
 */
export function workerPreset(config: Config, onRefused?: (error: UsageError) => void): GraphileConfig.Preset {
  return {
    extends: [createWorkerPreset(config, { tasks: cronTasksFile, crontab: crontabFile }, onRefused)],
    plugins: [beatPlugin(config), maintenancePlugin(config)],
  }
}
