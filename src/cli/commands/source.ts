import type { Command } from 'commander'
import { UsageError } from '../../errors.ts'
import { clientAction } from '../client/clientAction.ts'
import type { UrlOption } from '../client/connect.ts'
import { addOperatorOptions, withOperators } from '../client/operators.ts'
import { printTable } from '../client/printTable.ts'
import { readPassword } from '../client/readPassword.ts'
import { renderQueryError } from '../client/renderError.ts'
import { addSourceOptions, toSourceChange, type SourceOptions } from '../client/sourceOptions.ts'
import { exitCodes } from '../exitCodes.ts'

const passwordHelp = `
The password comes from SLUICE_SOURCE_PASSWORD, or from a question at the terminal, or with
--password-stdin from standard input. It is never an argument: others could read that.`

export function addSourceCommand(program: Command): void {
  const source = program.command('source').description('Manage sources: databases that run queries')
  addAdd(source)
  addSet(source)
  addLs(source)
  addTest(source)
  addRm(source)
}

function addAdd(source: Command): void {
  const command = source.command('add').description('Add a source').argument('<name>', 'lower-case name')
  addOperatorOptions(addSourceOptions(command, true))
    .option('--password-stdin', 'read the password from standard input')
    .addHelpText('after', passwordHelp)
    .action((name: string, options: SourceOptions & UrlOption & { passwordStdin?: true }) =>
      clientAction(async () => {
        const password = await readPassword(
          options.passwordStdin ?? false,
          `Password of ${options.user} at ${options.host} (empty: none): `,
        )
        await withOperators(options, (operators) => operators.addSource({ name, ...toSourceChange(options), password }))
        console.log(`Added source ${name}. See whether it works: sluice source test ${name}`)
        return exitCodes.succeeded
      }),
    )
}

function addSet(source: Command): void {
  const command = source.command('set').description('Change a source').argument('<name>', 'name of a source')
  addOperatorOptions(addSourceOptions(command, false))
    .option('--password', 'change the password, too')
    .option('--password-stdin', 'change the password, too; read it from standard input')
    .addHelpText('after', passwordHelp)
    .action((name: string, options: SourceOptions & UrlOption & { password?: true; passwordStdin?: true }) =>
      clientAction(async () => {
        const { passwordStdin = false } = options
        const change = toSourceChange(options)
        if (options.password || passwordStdin) {
          const password = await readPassword(passwordStdin, `New password of source ${name}: `)
          if (password === undefined) throw new UsageError('There is no new password: it is empty.')
          change.password = password
        }
        if (Object.values(change).every((value) => value === undefined)) {
          throw new UsageError('There is nothing to change. Name an option, such as --host.')
        }
        await withOperators(options, (operators) => operators.changeSource(name, change))
        console.log(`Changed source ${name}.`)
        return exitCodes.succeeded
      }),
    )
}

function addLs(source: Command): void {
  addOperatorOptions(source.command('ls').description('List sources'))
    .option('--json', 'print them as a JSON array')
    .action((options: UrlOption & { json?: true }) =>
      clientAction(async () => {
        const sources = await withOperators(options, (operators) => operators.sources())
        if (options.json) console.log(JSON.stringify(sources, null, 2))
        else if (sources.length === 0) console.error('There are no sources. Add one: sluice source add --help')
        else {
          printTable(
            [
              { name: 'source', align: 'left' },
              { name: 'server', align: 'left' },
              { name: 'database', align: 'left' },
              { name: 'user', align: 'left' },
              { name: 'tls', align: 'left' },
              { name: 'writes', align: 'left' },
              { name: 'connections', align: 'right' },
            ],
            sources.map((each) => [
              { text: each.name },
              { text: `${each.host}:${each.port}` },
              { text: each.database },
              { text: each.user },
              { text: each.tls },
              { text: each.writes ? 'yes' : 'no' },
              { text: String(each.max_connections) },
            ]),
          )
        }
        return exitCodes.succeeded
      }),
    )
}

function addTest(source: Command): void {
  const command = source
    .command('test')
    .description('Connect to a source and look at what its role may do; exits with 1 if that fails')
    .argument('<name>', 'name of a source')
  addOperatorOptions(command)
    .option('--json', 'print what was found as JSON')
    .action((name: string, options: UrlOption & { json?: true }) =>
      clientAction(async () => {
        const found = await withOperators(options, (operators) => operators.testSource(name))
        if (options.json) console.log(JSON.stringify(found, null, 2))
        else if (found.error !== null) console.error(renderQueryError('', found.error))
        else {
          console.log(`Source ${name} works: PostgreSQL ${found.server_version}, ${found.duration_ms} ms.`)
          for (const warning of found.warnings) console.error(`Warning: ${warning}`)
        }
        return found.ok ? exitCodes.succeeded : exitCodes.failed
      }),
    )
}

function addRm(source: Command): void {
  const command = source.command('rm').description('Remove a source').argument('<name>', 'name of a source')
  addOperatorOptions(command).action((name: string, options: UrlOption) =>
    clientAction(async () => {
      await withOperators(options, (operators) => operators.removeSource(name))
      console.log(`Removed source ${name}.`)
      return exitCodes.succeeded
    }),
  )
}
