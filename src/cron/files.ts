import { extname, join } from 'node:path'

/** The crontab of Sluice's maintenance. */
export const crontabFile = join(import.meta.dirname, 'crontab')

/** The module with its tasks: .ts in a checkout, .js in the package. */
export const cronTasksFile = join(import.meta.dirname, `tasks${extname(import.meta.filename)}`)
