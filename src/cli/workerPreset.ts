import type { Config } from '../config.ts'
import { beatPlugin } from '../cron/beatPlugin.ts'
import { crontabFile, cronTasksFile } from '../cron/files.ts'
import { maintenancePlugin } from '../cron/maintenancePlugin.ts'
import { createWorkerPreset, type WorkerHost, type WorkerSelf } from '../tasks/preset.ts'

/**
 * The preset of a Sluice worker: lanes from src/tasks, maintenance and the beat from src/cron.
 */
export function workerPreset(config: Config, host?: WorkerHost): GraphileConfig.Preset {
  const self: WorkerSelf = {}
  const about = (): object => ({ worker: self.workerId })
  return {
    extends: [createWorkerPreset(config, { tasks: cronTasksFile, crontab: crontabFile }, host, self)],
    plugins: [beatPlugin(config, about), maintenancePlugin(config, about)],
  }
}
