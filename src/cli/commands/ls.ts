import type { Command } from 'commander'
import { clientAction } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { addFilterOptions, filterOf, type FilterOptions } from '../client/filterOptions.ts'
import { wholeNumber } from '../client/optionValues.ts'
import { printTable } from '../client/printTable.ts'
import { queryColumns, queryRow } from '../client/queryTable.ts'
import { exitCodes } from '../exitCodes.ts'

interface Options extends UrlOption, FilterOptions {
  limit: number
  json?: true
}

export function addLsCommand(program: Command): void {
  const command = program.command('ls').description('List queries, newest first')
  addFilterOptions(addUrlOption(command))
    .option('--limit <number>', 'at most so many', wholeNumber(1), 20)
    .option('--json', 'print them as a JSON array')
    .action((options: Options) =>
      clientAction(async () => {
        const queries = await connect(options).list(filterOf(options), options.limit)
        if (options.json) console.log(JSON.stringify(queries, null, 2))
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
