import type { Command } from 'commander'
import { clientAction } from '../client/clientAction.ts'
import { addUrlOption, connect, type UrlOption } from '../client/connect.ts'
import { wholeNumber } from '../client/optionValues.ts'
import { renderPlan } from '../client/renderPlan.ts'
import { exitCodes } from '../exitCodes.ts'

export function addPlanCommand(program: Command): void {
  const command = program
    .command('plan')
    .description('Show the plan that the source chose for a query that was run with --explain')
    .argument('<id>', 'id of a query')
  addUrlOption(command)
    .option('--attempt <number>', 'that of this attempt instead of the last', wholeNumber(1))
    .option('--json', 'print the plan as JSON, as EXPLAIN (FORMAT JSON) does')
    .action((id: string, options: UrlOption & { attempt?: number; json?: true }) =>
      clientAction(async () => {
        const { plan, steps } = await connect(options).plan(id, options.attempt)
        console.log(options.json ? JSON.stringify(plan, null, 2) : renderPlan(steps))
        return exitCodes.succeeded
      }),
    )
}
