import { pendingMigrations } from '../../db/migrate.ts'
import { version } from '../../version.ts'
import { check, sqlCheck, type Check } from '../check.ts'

/** What runs, against what the database holds. */
export const versions: Check[] = [
  check(
    {
      name: 'migrations_are_applied',
      invariant: null,
      level: 'error',
      holds: 'The database has every migration of this version of Sluice, as it is.',
      advice: 'Run sluice migrate, then restart servers and workers.',
    },
    async ({ client }) =>
      (await pendingMigrations(client)).map((name) => ({
        subject: name,
        detail: 'is not applied, or is another version',
      })),
  ),
  sqlCheck(
    {
      name: 'workers_are_of_one_version',
      invariant: null,
      level: 'warning',
      holds: 'Every worker that lives is of the version that this command is of.',
      advice: 'During a deploy this is in order. Otherwise restart the workers that were forgotten.',
    },
    `
    select id as subject, format('process %s on %s is version %s, not %s', pid, host, version, $1::text) as detail
    from sluice.workers where stopped_at is null and version <> $1`,
    () => [version],
  ),
]
