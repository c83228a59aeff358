import type { Command } from 'commander'
import { clientAction } from '../client/clientAction.ts'
import type { UrlOption } from '../client/connect.ts'
import { addOperatorOptions, withOperators } from '../client/operators.ts'
import { plainLine } from '../client/plainText.ts'
import { printTable } from '../client/printTable.ts'
import { formatCount, formatDuration } from '../client/quantities.ts'
import { exitCodes } from '../exitCodes.ts'

export function addLaneCommand(program: Command): void {
  const lane = program.command('lane').description('List lanes, pause and resume them')

  addOperatorOptions(lane.command('ls').description('List lanes'))
    .option('--json', 'print them as a JSON array')
    .action((options: UrlOption & { json?: true }) =>
      clientAction(async () => {
        const lanes = await withOperators(options, (operators) => operators.lanes())
        if (options.json) console.log(JSON.stringify(lanes, null, 2))
        else {
          printTable(
            [
              { name: 'lane', align: 'left' },
              { name: 'paused', align: 'left' },
              { name: 'concurrency', align: 'right' },
              { name: 'most queued', align: 'right' },
              { name: 'time limit', align: 'right' },
              { name: 'row limit', align: 'right' },
              { name: 'description', align: 'left' },
            ],
            lanes.map((each) => [
              { text: each.name },
              { text: each.paused ? 'yes' : 'no' },
              { text: formatCount(each.concurrency) },
              { text: formatCount(each.max_queued) },
              { text: formatDuration(each.timeout_seconds * 1000) },
              { text: each.row_limit === null ? 'none' : formatCount(each.row_limit) },
              { text: plainLine(each.description) },
            ]),
          )
        }
        return exitCodes.succeeded
      }),
    )

  for (const [action, paused, description] of [
    ['pause', true, 'Start no more queries of a lane; those that run go on'],
    ['resume', false, 'Start the queries of a lane again'],
  ] as const) {
    addOperatorOptions(lane.command(action).description(description).argument('<name>', 'name of a lane')).action(
      (name: string, options: UrlOption) =>
        clientAction(async () => {
          await withOperators(options, (operators) => operators.setPaused(name, paused))
          console.log(paused ? `Lane ${name} is paused.` : `Lane ${name} goes on.`)
          return exitCodes.succeeded
        }),
    )
  }
}
