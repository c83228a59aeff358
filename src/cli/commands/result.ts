import { Option, type Command } from 'commander'
import { isTerminal } from '../../queries/states.ts'
import { clientAction, CommandFailed } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { deliver, prepareDelivery } from '../client/deliver.ts'
import { interruptible } from '../client/interruption.ts'
import { duration, wholeNumber } from '../client/optionValues.ts'
import { startProgress } from '../client/progress.ts'
import { addResultOptions, type ResultOptions } from '../client/resultOptions.ts'
import { tellEnd } from '../client/tellEnd.ts'
import { exitCodes } from '../exitCodes.ts'

interface Options extends ResultOptions, UrlOption {
  offset?: number
  limit?: number
  /** Seconds. */
  keep?: number
  delete?: true
}

export function addResultCommand(program: Command): void {
  const command = program
    .command('result')
    .description('Fetch the result of a query that succeeded')
    .argument('<id>', 'id of a query')
  addUrlOption(addResultOptions(command))
    .option('--offset <rows>', 'leave out so many rows at the start', wholeNumber(0))
    .option('--limit <rows>', 'fetch at most so many rows', wholeNumber(0))
    .addOption(
      new Option('--keep <duration>', 'fetch nothing; keep the result for so long from now: 90s, 15min, 12h, 7d')
        .argParser(duration)
        .conflicts('delete'),
    )
    .option('--delete', 'fetch nothing; delete the result now')
    .action((id: string, options: Options) =>
      clientAction(async () => {
        const client = connect(options)
        if (options.keep !== undefined) {
          const { result } = await client.keepResult(id, options.keep)
          console.log(`The result is kept until ${result!.expires_at}.`)
          return exitCodes.succeeded
        }
        if (options.delete) {
          await client.deleteResult(id)
          console.log('The result is deleted.')
          return exitCodes.succeeded
        }
        const query = await client.query(id)
        if (!isTerminal(query.state)) {
          throw new CommandFailed(`Query ${id} is ${query.state}. Wait for it: sluice status ${id} --wait 60`)
        }
        if (query.state !== 'succeeded') return tellEnd(query)
        const delivery = await prepareDelivery(options)
        const progress = startProgress()
        const window = { offset: options.offset, limit: options.limit }
        try {
          return await interruptible((signal) => deliver(client, query, window, delivery, progress, signal))
        } finally {
          progress.stop()
          delivery.stream?.output.discard()
        }
      }),
    )
}
