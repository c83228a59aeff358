import type pg from 'pg'
import { RequestError } from '../errors.ts'
import { getWebhook } from './manage.ts'
import { signingSecrets } from './signature.ts'
import type { Attempt, deliveryStates, DeliveryRecord } from './webhook.ts'
import type { Verdict } from './retries.ts'

/** A delivery that this sender is to send now. */
export interface Due {
  id: string
  webhook: string
  /** Number of this attempt, from 1. */
  attempt: number
  url: string
  /** The body, exactly as it is signed and sent. */
  body: string
  /** The current secret, and the one before while it is valid. */
  secrets: string[]
}

/** Longer than an attempt takes; after it another sender may try. */
const leaseSeconds = 60

const dueColumns = `
  deliveries.id, deliveries.webhook, deliveries.attempts as attempt, webhooks.url, deliveries.payload::text as body,
  ${signingSecrets}`

/**
 * Takes deliveries that are due, the longest due of each webhook first.
 *
 * @param mostPerWebhook how many more each webhook may have under way; webhooks not named: `most`
 */
export async function takeDue(
  pool: pg.Pool,
  most: number,
  mostEach: number,
  underWay: ReadonlyMap<string, number>,
): Promise<Due[]> {
  const { rows } = await pool.query<Due>({
    name: 'take_deliveries',
    text: `
      with due as (
        select next.id
        from sluice.webhooks
        left join unnest($3::text[], $4::integer[]) busy (name, count) on busy.name = webhooks.name
        cross join lateral (
          select id, next_attempt_at from sluice.deliveries
          where webhook = webhooks.name and state = 'pending' and next_attempt_at <= clock_timestamp()
          order by next_attempt_at
          limit greatest(0, $2 - coalesce(busy.count, 0))
        ) next
        where webhooks.enabled and (not_before is null or not_before <= clock_timestamp())
        order by next.next_attempt_at
        limit $1
      )
      update sluice.deliveries
      set attempts = attempts + 1, next_attempt_at = clock_timestamp() + interval '${leaseSeconds} seconds'
      from sluice.webhooks join sluice.webhook_secrets on webhook_secrets.webhook = webhooks.name
      where deliveries.id = any (array(select id from due)) and webhooks.name = deliveries.webhook
        and state = 'pending' and next_attempt_at <= clock_timestamp()
      returning ${dueColumns}`,
    values: [most, mostEach, [...underWay.keys()], [...underWay.values()]],
  })
  return rows
}

/** Seconds until the next delivery is due; Infinity: none waits. */
export async function nextDelivery(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ seconds: number | null }>({
    name: 'next_delivery',
    text: `
      select extract(epoch from min(greatest(next.at, not_before)) - clock_timestamp())::float8 as seconds
      from sluice.webhooks
      cross join lateral (
        select min(next_attempt_at) as at from sluice.deliveries where webhook = webhooks.name and state = 'pending'
      ) next
      where webhooks.enabled`,
  })
  return rows[0]!.seconds ?? Infinity
}

/**
 * Notes how an attempt went.
 *
 * @returns the state reached; `disabled`: the webhook now is; null: another sender had settled it
 */
export async function noteAttempt(
  pool: pg.Pool,
  { id, attempt }: Pick<Due, 'id' | 'attempt'>,
  log: Attempt,
  { succeeded, retrySeconds, pauseSeconds, gone }: Verdict,
): Promise<(typeof deliveryStates)[number] | 'disabled' | null> {
  const { rows } = await pool.query<{ state: (typeof deliveryStates)[number] | 'disabled' | null }>({
    name: 'note_delivery',
    text: 'select sluice.note_delivery($1, $2, $3, $4::jsonb, $5, $6, $7) as state',
    values: [id, attempt, succeeded, JSON.stringify([log]), retrySeconds, pauseSeconds, gone],
  })
  return rows[0]!.state
}

const shownColumns = `
  id, webhook, type, query_id, state, log as attempts, created_at, next_attempt_at, finished_at, payload`

/** Filters of a list; undefined: any. */
export interface DeliveryFilter {
  webhook?: string | undefined
  query_id?: string | undefined
  state?: (typeof deliveryStates)[number] | undefined
  /** Only those older than this one. */
  before?: string | undefined
}

/** Deliveries, newest first. */
export async function listDeliveries(pool: pg.Pool, filter: DeliveryFilter, limit: number): Promise<DeliveryRecord[]> {
  // Only the conditions that there are, so that each list is served by an index.
  const conditions = [
    ['webhook =', filter.webhook],
    ['query_id =', filter.query_id],
    ['state =', filter.state],
    ['id <', filter.before],
  ].filter(([, value]) => value !== undefined)
  const where = conditions.map(([condition], i) => `${condition} $${i + 2}`).join(' and ')
  const { rows } = await pool.query<DeliveryRecord>(
    `select ${shownColumns} from sluice.deliveries ${where === '' ? '' : `where ${where}`} order by id desc limit $1`,
    [limit, ...conditions.map(([, value]) => value)],
  )
  return rows
}

/** Who sends again by hand does not wait for as long as the receiver once asked for. */
const releaseWebhook = (where: string): string => `
  receiver as (update sluice.webhooks set not_before = null where name = ${where} and enabled returning name)`

/** Sends a delivery again, as if it were new; throws RequestError delivery_not_found or webhook_disabled. */
export async function redeliver(pool: pg.Pool, id: string): Promise<DeliveryRecord> {
  const { rows } = await pool.query<DeliveryRecord>(
    `with ${releaseWebhook('(select webhook from sluice.deliveries where id = $1)')}
     update sluice.deliveries
     set state = 'pending', attempts = 0, next_attempt_at = clock_timestamp(), finished_at = null
     from receiver
     where id = $1 and webhook = receiver.name
     returning ${shownColumns}, pg_notify('sluice_deliveries', '') as told`,
    [id],
  )
  if (rows[0] === undefined) {
    const found = await pool.query<{ webhook: string }>('select webhook from sluice.deliveries where id = $1', [id])
    if (found.rows[0] !== undefined) disabled(found.rows[0].webhook)
    throw new RequestError('delivery_not_found', `There is no delivery ${id}.`)
  }
  const { told: _, ...record } = rows[0] as DeliveryRecord & { told: unknown }
  return record
}

/**
 * Sends every delivery of a webhook again that was given up; how many.
 *
 * @throws RequestError unknown_webhook or webhook_disabled
 */
export async function redeliverFailed(pool: pg.Pool, webhook: string): Promise<number> {
  const { rowCount } = await pool.query(
    `with ${releaseWebhook('$1')}
     update sluice.deliveries
     set state = 'pending', attempts = 0, next_attempt_at = clock_timestamp(), finished_at = null
     from receiver
     where webhook = receiver.name and state = 'failed'`,
    [webhook],
  )
  if (rowCount === 0 && !(await getWebhook(pool, webhook)).enabled) disabled(webhook)
  await pool.query(`notify sluice_deliveries`)
  return rowCount ?? 0
}

function disabled(webhook: string): never {
  throw new RequestError(
    'webhook_disabled',
    `Webhook ${webhook} is disabled, so nothing is sent to it. Enable it first: what still waits is sent then.`,
  )
}
