import { InvalidArgumentError, Option, type Command } from 'commander'
import { alertStates, comparisons, measures } from '../../delivery/alert.ts'
import { UsageError } from '../../errors.ts'
import type { AlertRule, AlertRuleChange } from '../client/apiTypes.ts'
import { clientAction } from '../client/clientAction.ts'
import type { UrlOption } from '../client/connect.ts'
import { addOperatorOptions, withOperators } from '../client/operators.ts'
import { addName, wholeNumber } from '../client/optionValues.ts'
import { printFields } from '../client/printFields.ts'
import { printTable } from '../client/printTable.ts'
import { exitCodes } from '../exitCodes.ts'

type Json = UrlOption & { json?: true }

interface Settings extends UrlOption {
  description?: string
  measure?: AlertRule['measure']
  above?: number
  below?: number
  lane?: string | false
  forSeconds?: number
  windowSeconds?: number
  leastSamples?: number
  webhook?: string[]
  allWebhooks?: true
}

export function addAlertCommand(program: Command): void {
  const alert = program.command('alert').description('See alerts, and manage the rules by which they fire')
  addLs(alert)
  addRules(alert)
  addShow(alert)
  addAdd(alert)
  addSet(alert)
  addActions(alert)
}

function addLs(alert: Command): void {
  addOperatorOptions(alert.command('ls').description('List alerts, those that are not resolved first'))
    .addOption(new Option('--state <state>', 'only those').choices(alertStates))
    .option('--limit <number>', 'so many of them', wholeNumber(1, 1000), 20)
    .option('--json', 'print them as a JSON array')
    .action(({ state, limit, ...options }: Json & { state?: (typeof alertStates)[number]; limit: number }) =>
      clientAction(async () => {
        const alerts = await withOperators(options, (operators) => operators.alerts(state, limit))
        if (options.json) console.log(JSON.stringify(alerts, null, 2))
        else if (alerts.length === 0) console.error('There are no such alerts.')
        else {
          printTable(
            [
              { name: 'rule', align: 'left' },
              { name: 'of', align: 'left' },
              { name: 'state', align: 'left' },
              { name: 'value', align: 'right' },
              { name: 'threshold', align: 'right' },
              { name: 'fired', align: 'left', leastWidth: 20 },
              { name: 'resolved', align: 'left', leastWidth: 20 },
            ],
            alerts.map((each) => [
              { text: each.rule },
              { text: each.subject },
              { text: each.state },
              { text: String(each.value) },
              { text: `${each.comparison} ${each.threshold}` },
              { text: each.fired_at ?? '' },
              { text: each.resolved_at ?? '' },
            ]),
          )
        }
        return exitCodes.succeeded
      }),
    )
}

function addRules(alert: Command): void {
  addOperatorOptions(alert.command('rules').description('List alert rules'))
    .option('--json', 'print them as a JSON array')
    .action((options: Json) =>
      clientAction(async () => {
        const rules = await withOperators(options, (operators) => operators.alertRules())
        if (options.json) console.log(JSON.stringify(rules, null, 2))
        else {
          printTable(
            [
              { name: 'rule', align: 'left' },
              { name: 'fires when', align: 'left' },
              { name: 'for', align: 'right' },
              { name: 'told', align: 'left' },
              { name: 'status', align: 'left' },
            ],
            rules.map((each) => [
              { text: each.name },
              {
                text: `${each.measure}${each.subject === null ? '' : ` of ${each.subject}`} ${each.comparison} ${each.threshold}`,
              },
              { text: `${each.for_seconds} s` },
              { text: each.webhooks === null ? 'all webhooks' : each.webhooks.join(', ') },
              { text: each.enabled ? 'enabled' : 'disabled' },
            ]),
          )
        }
        return exitCodes.succeeded
      }),
    )
}

function addShow(alert: Command): void {
  const command = alert.command('show').description('Show an alert rule').argument('<rule>', 'name of a rule')
  addOperatorOptions(command)
    .option('--json', 'print it as JSON')
    .action((name: string, options: Json) =>
      clientAction(async () => {
        const rule = await withOperators(options, (operators) => operators.alertRule(name))
        if (options.json) console.log(JSON.stringify(rule, null, 2))
        else printFields(rule)
        return exitCodes.succeeded
      }),
    )
}

function addSettings(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for')
    .addOption(new Option('--measure <name>', 'what is looked at').choices(measures))
    .addOption(new Option('--above <number>', 'fire above this').argParser(number).conflicts('below'))
    .addOption(new Option('--below <number>', 'fire below this').argParser(number))
    .option(
      '--lane <name>',
      'only this lane, or this schedule or store where the measure is of these (default: each on its own)',
    )
    .option('--for-seconds <number>', 'broken for so long before it fires', wholeNumber(0, 86_400))
    .option('--window-seconds <number>', 'span that a rate looks at', wholeNumber(60, 86_400))
    .option('--least-samples <number>', 'a rate over fewer queries is not judged', wholeNumber(1))
    .option('--webhook <name>', 'tell this webhook (repeatable; default: all that want alerts)', addName)
}

function toChange(options: Settings): AlertRuleChange {
  const { above, below } = options
  return {
    description: options.description,
    measure: options.measure,
    comparison: above !== undefined ? comparisons[0] : below !== undefined ? comparisons[1] : undefined,
    threshold: above ?? below,
    subject: options.lane === false ? null : options.lane,
    for_seconds: options.forSeconds,
    window_seconds: options.windowSeconds,
    least_samples: options.leastSamples,
    webhooks: options.allWebhooks ? null : options.webhook,
  }
}

function addAdd(alert: Command): void {
  const command = alert.command('add').description('Add an alert rule').argument('<rule>', 'lower-case name')
  addOperatorOptions(addSettings(command)).action((name: string, options: Settings) =>
    clientAction(async () => {
      const { measure, threshold, ...rest } = toChange(options)
      if (measure === undefined || threshold === undefined) {
        throw new UsageError('Say what is looked at and when it fires, such as --measure queue_depth --above 500.')
      }
      await withOperators(options, (operators) => operators.addAlertRule({ ...rest, name, measure, threshold }))
      console.log(`Added alert rule ${name}.`)
      return exitCodes.succeeded
    }),
  )
}

function addSet(alert: Command): void {
  const command = alert
    .command('set')
    .description('Change an alert rule')
    .argument('<rule>', 'name of a rule')
    .option('--no-lane', 'each lane on its own')
    .option('--all-webhooks', 'tell all that want alerts')
  addOperatorOptions(addSettings(command)).action((name: string, options: Settings) =>
    clientAction(async () => {
      const change = toChange(options)
      if (Object.values(change).every((value) => value === undefined)) {
        throw new UsageError('There is nothing to change. Name an option, such as --above.')
      }
      await withOperators(options, (operators) => operators.changeAlertRule(name, change))
      console.log(`Changed alert rule ${name}.`)
      return exitCodes.succeeded
    }),
  )
}

function addActions(alert: Command): void {
  const onName = (action: string, description: string): Command =>
    addOperatorOptions(alert.command(action).description(description).argument('<rule>', 'name of a rule'))

  for (const [action, enabled, description] of [
    ['enable', true, 'Look at a rule again'],
    ['disable', false, 'Look at a rule no more'],
  ] as const) {
    onName(action, description).action((name: string, options: UrlOption) =>
      clientAction(async () => {
        await withOperators(options, (operators) => operators.changeAlertRule(name, { enabled }))
        console.log(`Alert rule ${name} is ${action}d.`)
        return exitCodes.succeeded
      }),
    )
  }
  onName('rm', 'Remove an alert rule with its alerts').action((name: string, options: UrlOption) =>
    clientAction(async () => {
      await withOperators(options, (operators) => operators.removeAlertRule(name))
      console.log(`Removed alert rule ${name}.`)
      return exitCodes.succeeded
    }),
  )
}

function number(text: string): number {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('It takes a number.')
  return Number(text)
}
