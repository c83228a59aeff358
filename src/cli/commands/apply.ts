import type { Command } from 'commander'
import { clientAction } from '../client/clientAction.ts'
import { confirm } from '../client/confirm.ts'
import type { UrlOption } from '../client/connect.ts'
import { addOperatorOptions, withOperators, type Operators } from '../client/operators.ts'
import { readScheduleFiles } from '../client/scheduleFiles.ts'
import { planSchedules, renderPlan, stepText, type Step } from '../client/schedulePlan.ts'
import { exitCodes } from '../exitCodes.ts'

interface ApplyOptions extends UrlOption {
  plan?: true
  yes?: true
  prune?: true
}

const help = `
A file holds schedules as YAML, one a document or a list of them, with the fields of docs/schedules.md. What a file does
not name takes its default; whether a schedule is paused stays as it is unless the file says so.`

export function addApplyCommand(program: Command): void {
  const command = program
    .command('apply')
    .description('Make schedules what YAML files say; shows the plan first')
    .argument('<files...>', 'such as schedules/*.yaml')
  addOperatorOptions(command)
    .option('--plan', 'show what would change, and change nothing')
    .option('--yes', 'do not ask')
    .option('--prune', 'remove schedules that came from files and are in none of these')
    .addHelpText('after', help)
    .action((files: string[], options: ApplyOptions) =>
      clientAction(async () => {
        const desired = await readScheduleFiles(files)
        return await withOperators(options, async (operators) => {
          const { schedules } = await operators.schedules()
          const steps = planSchedules(desired, schedules, options.prune ?? false)
          console.log(renderPlan(steps))
          if (options.plan || steps.every(({ kind }) => kind === 'keep')) return exitCodes.succeeded
          if (!options.yes && !(await confirm('Apply?', 'Add --yes to apply the plan, or --plan to only see it.'))) {
            console.log('Nothing was changed.')
            return exitCodes.failed
          }
          await carryOutAll(
            operators,
            steps.filter(({ kind }) => kind !== 'keep'),
          )
          console.log('Applied.')
          return exitCodes.succeeded
        })
      }),
    )
}

/** Says at an error where it stopped: what was done before it stays done. */
async function carryOutAll(operators: Operators, steps: readonly Step[]): Promise<void> {
  for (const [i, step] of steps.entries()) {
    try {
      await carryOut(operators, step)
    } catch (error) {
      const done =
        i === 0 ? 'Nothing was done before it' : `Done before it: ${steps.slice(0, i).map(stepText).join(', ')}`
      const left = steps.length - i - 1
      console.error(`Stopped at ${stepText(step)} (${i + 1} of ${steps.length}). ${done}. Not tried: ${left}.`)
      throw error
    }
  }
}

async function carryOut(operators: Operators, step: Step): Promise<void> {
  if (step.kind === 'add') await operators.addSchedule(step.schedule)
  else if (step.kind === 'change') await operators.changeSchedule(step.name, step.change)
  else if (step.kind === 'remove') await operators.removeSchedule(step.name)
}
