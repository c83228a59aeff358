import { Command } from 'commander'
import { UsageError } from '../errors.ts'
import { version } from '../version.ts'
import { exitCodes } from './exitCodes.ts'

/** Every command, in the order of --help. Only the one that is called is loaded: most need no server and no worker. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  dev: async () => (await import('./commands/dev.ts')).addDevCommand,
  query: async () => (await import('./commands/query.ts')).addQueryCommand,
  submit: async () => (await import('./commands/submit.ts')).addSubmitCommand,
  status: async () => (await import('./commands/status.ts')).addStatusCommand,
  plan: async () => (await import('./commands/plan.ts')).addPlanCommand,
  result: async () => (await import('./commands/result.ts')).addResultCommand,
  cancel: async () => (await import('./commands/cancel.ts')).addCancelCommand,
  retry: async () => (await import('./commands/retry.ts')).addRetryCommand,
  ls: async () => (await import('./commands/ls.ts')).addLsCommand,
  source: async () => (await import('./commands/source.ts')).addSourceCommand,
  lane: async () => (await import('./commands/lane.ts')).addLaneCommand,
  schedule: async () => (await import('./commands/schedule.ts')).addScheduleCommand,
  webhook: async () => (await import('./commands/webhook.ts')).addWebhookCommand,
  alert: async () => (await import('./commands/alert.ts')).addAlertCommand,
  apply: async () => (await import('./commands/apply.ts')).addApplyCommand,
  server: async () => (await import('./commands/server.ts')).addServerCommand,
  worker: async () => (await import('./commands/worker.ts')).addWorkerCommand,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctorCommand,
  migrate: async () => (await import('./commands/migrate.ts')).addMigrateCommand,
  config: async () => (await import('./commands/config.ts')).addConfigCommand,
}

const program = new Command('sluice')
  .description('Asynchronous SQL on PostgreSQL alone.')
  .version(version)
  .showHelpAfterError('(sluice --help tells more)')
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? exitCodes.succeeded : exitCodes.usage)
  })

const called = process.argv[2] ?? ''
const loaded = Object.hasOwn(commands, called) ? [commands[called]!] : Object.values(commands)
for (const load of loaded) {
  const add = await load()
  add(program)
}

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = exitCodes.usage
}
