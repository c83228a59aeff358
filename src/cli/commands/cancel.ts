import type { Command } from 'commander'
import { isTerminal } from '../../queries/states.ts'
import { clientAction, tell } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { exitCodes } from '../exitCodes.ts'

export function addCancelCommand(program: Command): void {
  const command = program.command('cancel').description('Cancel queries').argument('<id...>', 'ids of queries')
  addUrlOption(command).action((ids: string[], options: UrlOption) =>
    clientAction(async () => {
      const client = connect(options)
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
