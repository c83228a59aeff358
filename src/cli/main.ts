import { Command } from 'commander'
import { UsageError } from '../errors.ts'
import { version } from '../version.ts'
import { addConfigCommand } from './commands/config.ts'
import { addDevCommand } from './commands/dev.ts'
import { addMigrateCommand } from './commands/migrate.ts'
import { addServerCommand } from './commands/server.ts'
import { addWorkerCommand } from './commands/worker.ts'
import { exitCodes } from './exitCodes.ts'

const program = new Command('sluice')
  .description('Asynchronous SQL on PostgreSQL alone.')
  .version(version)
  .showHelpAfterError('(sluice --help tells more)')
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? exitCodes.succeeded : exitCodes.usage)
  })

for (const add of [addDevCommand, addServerCommand, addWorkerCommand, addMigrateCommand, addConfigCommand]) add(program)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = exitCodes.usage
}
