import type { Command } from 'commander'
import { isTerminal } from '../../queries/states.ts'
import { awaitEnd } from '../client/awaitEnd.ts'
import { clientAction } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { wholeNumber } from '../client/optionValues.ts'
import { renderQueryError } from '../client/renderError.ts'
import { renderQuery } from '../client/renderQuery.ts'
import { exitCodes } from '../exitCodes.ts'

export function addStatusCommand(program: Command): void {
  const command = program
    .command('status')
    .description('Show a query; exits with 1 if it failed, was canceled or timed out')
    .argument('<id>', 'id of a query')
  addUrlOption(command)
    .option('--wait <seconds>', 'wait for it to end, at most so long', wholeNumber(0), 0)
    .option('--json', 'print the query as JSON')
    .action((id: string, options: UrlOption & { wait: number; json?: true }) =>
      clientAction(async () => {
        const client = connect(options)
        const query = await awaitEnd(client, await client.query(id), { limitSeconds: options.wait })
        console.log(options.json ? JSON.stringify(query, null, 2) : renderQuery(query, Date.now()))
        if (query.error !== null && !options.json) console.error(renderQueryError(query.sql, query.error))
        return isTerminal(query.state) && query.state !== 'succeeded' ? exitCodes.failed : exitCodes.succeeded
      }),
    )
}
