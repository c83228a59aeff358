import type { Command } from 'commander'
import { checkTargets, onAllMatching, type AllOptions } from '../client/allMatching.ts'
import { clientAction, tell } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { addFilterOptions, filterOf } from '../client/filterOptions.ts'
import { exitCodes } from '../exitCodes.ts'

export function addRetryCommand(program: Command): void {
  const command = program
    .command('retry')
    .description('Run ended queries again, as new ones; prints their ids')
    .argument('[id...]', 'ids of queries')
  addUrlOption(command)
    .option('--all', 'all that match the filter, did not succeed and were not repeated yet')
    .option('--dry-run', 'with --all: only say how many')
    .option('--yes', 'with --all: do not ask')
  addFilterOptions(command).action((ids: string[], options: UrlOption & AllOptions) =>
    clientAction(async () => {
      checkTargets(ids, options)
      const client = connect(options)
      if (options.all) {
        return await onAllMatching('Retry', options, async (dryRun) => {
          const { matching, retried } = await client.retryAll(filterOf(options), dryRun)
          return { matching, done: retried }
        })
      }
      let exitCode: number = exitCodes.succeeded
      for (const id of ids) {
        try {
          console.log((await client.retry(id)).id)
        } catch (error) {
          // One that cannot be repeated does not keep the others from it.
          exitCode = Math.max(exitCode, tell(error))
        }
      }
      return exitCode
    }),
  )
}
