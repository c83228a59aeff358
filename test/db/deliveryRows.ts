/** Rows of webhooks and deliveries that the constraints accept, and those that each refuses. */
import { randomUUID } from 'node:crypto'

type Row = Record<string, unknown>

const now = new Date()
const webhook: Row = { url: 'https://hooks.example/' }

/** Deliveries and secrets belong to this webhook. */
export const ownWebhook = 'constraints'
const delivery: Row = { webhook: ownWebhook, type: 'query.failed', payload: {} }

export const accepted: [what: string, table: string, row: Row][] = [
  ['a webhook', 'webhooks', webhook],
  ['a delivery', 'deliveries', delivery],
  [
    'a delivery that was taken',
    'deliveries',
    { ...delivery, state: 'delivered', finished_at: now, next_attempt_at: null },
  ],
]

export const refusals: [constraint: string, what: string, table: string, row: Row][] = [
  ['webhooks_name_check', 'a webhook whose name does not fit an address', 'webhooks', { ...webhook, name: 'A b' }],
  ['webhooks_url_check', 'an address that is none', 'webhooks', { url: 'ftp://hooks.example/' }],
  ['webhooks_events_check', 'an event that does not exist', 'webhooks', { ...webhook, events: ['query.lost'] }],
  ['webhooks_events_check', 'a webhook that wants no event', 'webhooks', { ...webhook, events: [] }],
  [
    'webhooks_disable_after_seconds_check',
    'a webhook that is disabled at once',
    'webhooks',
    { ...webhook, disable_after_seconds: 0 },
  ],
  ['webhook_secrets_secret_check', 'a secret of another form', 'webhook_secrets', { webhook: ownWebhook, secret: 'x' }],
  [
    'deliveries_state_check',
    'a state of a delivery that does not exist',
    'deliveries',
    { ...delivery, state: 'lost', finished_at: now, next_attempt_at: null },
  ],
  [
    'deliveries_pending_until_finished',
    'a delivery that was taken and is to be sent again',
    'deliveries',
    { ...delivery, state: 'delivered', finished_at: now },
  ],
]

export const keys: Record<string, () => Row> = {
  webhooks: () => ({ name: `w${randomUUID()}` }),
  deliveries: () => ({ id: randomUUID() }),
}
