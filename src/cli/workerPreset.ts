import type { Config } from '../config.ts'
import { crontabFile, cronTasksFile } from '../cron/files.ts'
import { createWorkerPreset } from '../tasks/preset.ts'

/** The preset of a Sluice worker: lanes from src/tasks, maintenance from src/cron. */
export function workerPreset(config: Config): GraphileConfig.Preset {
  return createWorkerPreset(config, { tasks: cronTasksFile, crontab: crontabFile })
}
