import { Option, type Command } from 'commander'
import { states } from '../../queries/states.ts'
import { clientAction } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { addLabel, wholeNumber } from '../client/optionValues.ts'
import { printTable } from '../client/printTable.ts'
import { queryColumns, queryRow } from '../client/queryTable.ts'
import { exitCodes } from '../exitCodes.ts'

interface Options extends UrlOption {
  state?: string
  lane?: string
  source?: string
  label?: Record<string, string>
  limit: number
  json?: true
}

export function addLsCommand(program: Command): void {
  const command = program.command('ls').description('List queries, newest first')
  addUrlOption(command)
    .addOption(new Option('--state <name>', 'only those in this state').choices(states))
    .option('--lane <name>', 'only those of this lane')
    .option('--source <name>', 'only those of this source')
    .option('--label <key=value>', 'only those with this label (repeatable)', addLabel)
    .option('--limit <number>', 'at most so many', wholeNumber(1), 20)
    .option('--json', 'print them as a JSON array')
    .action(({ url, state, lane, source, label = {}, limit, json }: Options) =>
      clientAction(async () => {
        const labels = Object.entries(label).map(([key, value]) => `${key}:${value}`)
        const queries = await connect({ url }).list({ state, lane, source, label: labels }, limit)
        if (json) console.log(JSON.stringify(queries, null, 2))
        else if (queries.length === 0) console.error('There are no such queries.')
        else {
          const now = Date.now()
          printTable(
            queryColumns,
            queries.map((query) => queryRow(query, now)),
          )
        }
        return exitCodes.succeeded
      }),
    )
}
