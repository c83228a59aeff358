import { Option, type Command } from 'commander'
import { deliveryStates } from '../../delivery/webhook.ts'
import { UsageError } from '../../errors.ts'
import type { DeliveryFilter } from '../client/apiTypes.ts'
import { clientAction } from '../client/clientAction.ts'
import type { UrlOption } from '../client/connect.ts'
import { addOperatorOptions, withOperators } from '../client/operators.ts'
import { wholeNumber } from '../client/optionValues.ts'
import { plainLine } from '../client/plainText.ts'
import { printTable } from '../client/printTable.ts'
import { exitCodes } from '../exitCodes.ts'

interface Options extends UrlOption {
  webhook?: string
  query?: string
  state?: DeliveryFilter['state']
  limit: number
  json?: true
}

/** `sluice webhook deliveries` and `redeliver`. */
export function addDeliveries(webhook: Command): void {
  addOperatorOptions(webhook.command('deliveries').description('List deliveries, newest first'))
    .option('--webhook <name>', 'only those to this webhook')
    .option('--query <id>', 'only those of this query')
    .addOption(new Option('--state <state>', 'only those; failed: no attempt is left').choices(deliveryStates))
    .option('--limit <number>', 'so many of them', wholeNumber(1, 1000), 20)
    .option('--json', 'print them as a JSON array, with attempts and bodies')
    .action(({ webhook: name, query, state, limit, json, ...options }: Options) =>
      clientAction(async () => {
        const filter = { webhook: name, query_id: query, state }
        const deliveries = await withOperators(options, (operators) => operators.deliveries(filter, limit))
        if (json) console.log(JSON.stringify(deliveries, null, 2))
        else if (deliveries.length === 0) console.error('There are no such deliveries.')
        else {
          printTable(
            [
              { name: 'delivery', align: 'left', leastWidth: 36 },
              { name: 'webhook', align: 'left' },
              { name: 'event', align: 'left' },
              { name: 'state', align: 'left' },
              { name: 'attempts', align: 'right' },
              { name: 'made', align: 'left', leastWidth: 20 },
              { name: 'last answer', align: 'left' },
            ],
            deliveries.map((each) => {
              const last = each.attempts.at(-1)
              return [
                { text: each.id },
                { text: each.webhook },
                { text: each.type },
                { text: each.state },
                { text: String(each.attempts.length) },
                { text: each.created_at },
                { text: last === undefined ? '' : plainLine(last.error ?? String(last.status)) },
              ]
            }),
          )
        }
        return exitCodes.succeeded
      }),
    )

  const command = webhook
    .command('redeliver')
    .description('Send again what was given up')
    .argument('[name]', 'a webhook: everything that failed')
  addOperatorOptions(command)
    .option('--delivery <id>', 'only this one, whatever its state')
    .action((name: string | undefined, options: UrlOption & { delivery?: string }) =>
      clientAction(async () => {
        const { delivery } = options
        if ((name === undefined) === (delivery === undefined)) {
          throw new UsageError('Give the name of a webhook, or --delivery with the id of one delivery.')
        }
        if (delivery !== undefined) {
          await withOperators(options, (operators) => operators.redeliver(delivery))
          console.log(`Delivery ${delivery} is sent again.`)
        } else {
          const count = await withOperators(options, (operators) => operators.redeliverFailed(name!))
          console.log(`${count} ${count === 1 ? 'delivery is' : 'deliveries are'} sent again.`)
        }
        return exitCodes.succeeded
      }),
    )
}
