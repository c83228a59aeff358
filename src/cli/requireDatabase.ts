import type { Config } from '../config.ts'
import { UsageError } from '../errors.ts'

/** The configuration of a command that cannot do without a control database; throws UsageError. */
export function requireDatabase(config: Readonly<Config>): Readonly<Config & { databaseUrl: string }> {
  const { databaseUrl } = config
  if (databaseUrl === undefined) {
    throw new UsageError(
      'There is no control database. Set DATABASE_URL to its postgres:// address, or run sluice dev for one of its own.',
    )
  }
  return { ...config, databaseUrl }
}
