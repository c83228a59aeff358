import { Option, type Command } from 'commander'
import { eventTypes } from '../../delivery/webhook.ts'
import { UsageError } from '../../errors.ts'
import type { Webhook, WebhookChange } from '../client/apiTypes.ts'
import { clientAction } from '../client/clientAction.ts'
import type { UrlOption } from '../client/connect.ts'
import { addOperatorOptions, withOperators } from '../client/operators.ts'
import { addName, wholeNumber } from '../client/optionValues.ts'
import { plainLine } from '../client/plainText.ts'
import { printFields } from '../client/printFields.ts'
import { printTable } from '../client/printTable.ts'
import { exitCodes } from '../exitCodes.ts'
import { addDeliveries } from './webhookDeliveries.ts'

type Json = UrlOption & { json?: true }

interface Settings extends UrlOption {
  to?: string
  description?: string
  event?: (typeof eventTypes)[number][]
  lane?: string[] | false
  allLanes?: true
  disableAfterSeconds?: number
}

export function addWebhookCommand(program: Command): void {
  const webhook = program.command('webhook').description('Manage webhooks: addresses that are told of ends of queries')
  addAdd(webhook)
  addSet(webhook)
  addLs(webhook)
  addShow(webhook)
  addActions(webhook)
  addDeliveries(webhook)
}

function addSettings(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for')
    .addOption(new Option('--event <type...>', 'only these (default: all)').choices(eventTypes))
    .option('--lane <name>', 'only queries of this lane, and those that name the webhook (repeatable)', addName)
    .option('--no-lane', 'only queries that name the webhook')
    .option('--disable-after-seconds <number>', 'disable it when every attempt of so long failed', wholeNumber(60))
}

function toChange({ to, description, event, lane, allLanes, disableAfterSeconds }: Settings): WebhookChange {
  return {
    url: to,
    description,
    events: event,
    lanes: allLanes ? null : lane === false ? [] : lane,
    disable_after_seconds: disableAfterSeconds,
  }
}

function addAdd(webhook: Command): void {
  const command = webhook
    .command('add')
    .description('Add a webhook, and print the secret that signs what it gets')
    .argument('<name>', 'lower-case name')
    .argument('<address>', 'where to POST, such as https://example.com/hook')
  addOperatorOptions(addSettings(command)).action((name: string, address: string, options: Settings) =>
    clientAction(async () => {
      const { secret } = await withOperators(options, (operators) =>
        operators.addWebhook({ ...toChange(options), name, url: address }),
      )
      console.error(`Added webhook ${name}. Its secret, which is not shown again:`)
      console.log(secret)
      return exitCodes.succeeded
    }),
  )
}

function addSet(webhook: Command): void {
  const command = webhook
    .command('set')
    .description('Change a webhook')
    .argument('<name>', 'name of a webhook')
    .option('--to <address>', 'where to POST')
    .option('--all-lanes', 'queries of every lane')
  addOperatorOptions(addSettings(command)).action((name: string, options: Settings) =>
    clientAction(async () => {
      const change = toChange(options)
      if (Object.values(change).every((value) => value === undefined)) {
        throw new UsageError('There is nothing to change. Name an option, such as --event.')
      }
      await withOperators(options, (operators) => operators.changeWebhook(name, change))
      console.log(`Changed webhook ${name}.`)
      return exitCodes.succeeded
    }),
  )
}

function addLs(webhook: Command): void {
  addOperatorOptions(webhook.command('ls').description('List webhooks'))
    .option('--json', 'print them as a JSON array')
    .action((options: Json) =>
      clientAction(async () => {
        const webhooks = await withOperators(options, (operators) => operators.webhooks())
        if (options.json) console.log(JSON.stringify(webhooks, null, 2))
        else if (webhooks.length === 0) console.error('There are no webhooks. Add one: sluice webhook add --help')
        else {
          printTable(
            [
              { name: 'webhook', align: 'left' },
              { name: 'status', align: 'left' },
              { name: 'lanes', align: 'left' },
              { name: 'pending', align: 'right' },
              { name: 'last success', align: 'left', leastWidth: 20 },
              { name: 'address', align: 'left' },
            ],
            webhooks.map((each) => [
              { text: each.name },
              { text: statusOf(each) },
              { text: each.lanes === null ? 'all' : each.lanes.join(', ') },
              { text: String(each.pending) },
              { text: each.last_success_at ?? '' },
              { text: plainLine(each.url) },
            ]),
          )
        }
        return exitCodes.succeeded
      }),
    )
}

function statusOf({ enabled, failing_since: failing, held_until: held }: Webhook): string {
  if (!enabled) return 'disabled'
  if (held !== null) return `held until ${held}`
  return failing === null ? 'enabled' : 'failing'
}

function addShow(webhook: Command): void {
  const command = webhook.command('show').description('Show a webhook').argument('<name>', 'name of a webhook')
  addOperatorOptions(command)
    .option('--json', 'print it as JSON')
    .action((name: string, options: Json) =>
      clientAction(async () => {
        const found = await withOperators(options, (operators) => operators.webhook(name))
        if (options.json) console.log(JSON.stringify(found, null, 2))
        else printFields(found)
        return exitCodes.succeeded
      }),
    )
}

function addActions(webhook: Command): void {
  const onName = (action: string, description: string): Command =>
    addOperatorOptions(webhook.command(action).description(description).argument('<name>', 'name of a webhook'))

  for (const [action, enabled, description] of [
    ['enable', true, 'Send to a webhook again, and what still waits for it'],
    ['disable', false, 'Send nothing to a webhook, and write nothing new for it'],
  ] as const) {
    onName(action, description).action((name: string, options: UrlOption) =>
      clientAction(async () => {
        await withOperators(options, (operators) => operators.changeWebhook(name, { enabled }))
        console.log(`Webhook ${name} is ${action}d.`)
        return exitCodes.succeeded
      }),
    )
  }
  onName('secret', 'Give a webhook a new secret, and print it; for 24 hours the old one signs besides').action(
    (name: string, options: UrlOption) =>
      clientAction(async () => {
        console.log(await withOperators(options, (operators) => operators.changeSecret(name)))
        return exitCodes.succeeded
      }),
  )
  onName('test', 'Call a webhook now, and tell how that went').action((name: string, options: UrlOption) =>
    clientAction(async () => {
      const { status, error, duration_ms } = await withOperators(options, (operators) => operators.testWebhook(name))
      if (error === null) console.log(`Webhook ${name} answered ${status} after ${duration_ms} ms.`)
      else console.error(`Webhook ${name} failed after ${duration_ms} ms: ${plainLine(error)}`)
      return error === null ? exitCodes.succeeded : exitCodes.failed
    }),
  )
  onName('rm', 'Remove a webhook with its deliveries').action((name: string, options: UrlOption) =>
    clientAction(async () => {
      await withOperators(options, (operators) => operators.removeWebhook(name))
      console.log(`Removed webhook ${name}.`)
      return exitCodes.succeeded
    }),
  )
}
