import type { Command } from 'commander'
import { isTerminal } from '../../queries/states.ts'
import { checkTargets, onAllMatching, type AllOptions } from '../client/allMatching.ts'
import { clientAction, tell } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { addFilterOptions, filterOf } from '../client/filterOptions.ts'
import { exitCodes } from '../exitCodes.ts'

export function addCancelCommand(program: Command): void {
  const command = program.command('cancel').description('Cancel queries').argument('[id...]', 'ids of queries')
  addUrlOption(command)
    .option('--all', 'all that match the filter, and wait or run')
    .option('--dry-run', 'with --all: only say how many')
    .option('--yes', 'with --all: do not ask')
  addFilterOptions(command).action((ids: string[], options: UrlOption & AllOptions) =>
    clientAction(async () => {
      checkTargets(ids, options)
      const client = connect(options)
      if (options.all) {
        return await onAllMatching('Cancel', options, async (dryRun) => {
          const { matching, canceled } = await client.cancelAll(filterOf(options), dryRun)
          return { matching, done: canceled }
        })
      }
      let exitCode: number = exitCodes.succeeded
      for (const id of ids) {
        try {
          const { state } = await client.cancel(id)
          const ended = isTerminal(state) && state !== 'canceled'
          console.log(`${id} ${ended ? `had ended before: ${state}` : state}`)
        } catch (error) {
          // One that cannot be canceled does not save the others.
          exitCode = Math.max(exitCode, tell(error))
        }
      }
      return exitCode
    }),
  )
}
