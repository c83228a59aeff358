import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { clientAction } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { readSql } from '../client/readSql.ts'
import { addSubmitOptions, toSubmitRequest, type SubmitOptions } from '../client/submitOptions.ts'
import { exitCodes } from '../exitCodes.ts'

export function addSubmitCommand(program: Command): void {
  const command = program.command('submit').description('Submit a query and print its id')
  addUrlOption(addSubmitOptions(command))
    .option('--json', 'print the query as JSON')
    .action((argument: string | undefined, options: SubmitOptions & UrlOption & { json?: true }) =>
      clientAction(async () => {
        const client = connect(options)
        const sql = await readSql(argument, options.file)
        const query = await client.submit(toSubmitRequest(sql, options), randomUUID())
        console.log(options.json ? JSON.stringify(query, null, 2) : query.id)
        return exitCodes.succeeded
      }),
    )
}
