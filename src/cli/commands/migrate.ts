import type { Command } from 'commander'
import { loadConfig } from '../../config.ts'
import { checkSessions } from '../../db/checkSessions.ts'
import { migrate } from '../../db/migrate.ts'
import { requireDatabase } from '../requireDatabase.ts'

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('Bring the control database up to date')
    .action(async () => {
      const { databaseUrl } = requireDatabase(loadConfig())
      await checkSessions(databaseUrl)
      const { migrations, repeatable } = await migrate(databaseUrl)
      for (const name of [...migrations, ...repeatable]) console.log(`applied ${name}`)
      if (migrations.length + repeatable.length === 0) console.log('nothing to do')
    })
}
