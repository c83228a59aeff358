import type pg from 'pg'
import { refusing } from '../db/refusal.ts'
import { RequestError } from '../errors.ts'
import { newId } from '../newId.ts'
import type { Networks } from './addresses.ts'
import { checkLanes } from './lanes.ts'
import type { Poster } from './post.ts'
import { judge } from './retries.ts'
import { createSecret, signedHeaders, signingSecrets } from './signature.ts'
import type { Attempt, WebhookRecord, WebhookSettings } from './webhook.ts'

/** For so long after a change of the secret the old one signs besides. */
const rotationHours = 24
const longestUrl = 2000

const select = `
  select name, description, url, events, lanes, enabled, disable_after_seconds, disabled_at, disabled_reason,
    failing_since, last_success_at, case when not_before > clock_timestamp() then not_before end as held_until,
    waiting.pending, created_at, updated_at
  from sluice.webhooks
  cross join lateral (
    select count(*)::integer as pending from sluice.deliveries where webhook = webhooks.name and state = 'pending'
  ) waiting`

const columns = ['description', 'url', 'events', 'lanes', 'enabled', 'disable_after_seconds'] as const

/** Every webhook, by name. */
export async function listWebhooks(pool: pg.Pool): Promise<WebhookRecord[]> {
  return (await pool.query<WebhookRecord>(`${select} order by name`)).rows
}

/** One webhook; throws RequestError unknown_webhook. */
export async function getWebhook(pool: pg.Pool, name: string): Promise<WebhookRecord> {
  const { rows } = await pool.query<WebhookRecord>(`${select} where name = $1`, [name])
  return rows[0] ?? missing(name)
}

/**
 * Adds a webhook.
 *
 * @param networks networks of one's own that may be called
 * @returns the webhook, and its secret, which is shown this once
 * @throws RequestError webhook_exists, unknown_lane, or invalid_request for an address that is never called
 */
export async function addWebhook(
  pool: pg.Pool,
  networks: Networks,
  tenant: string,
  name: string,
  asked: WebhookSettings & { url: string },
): Promise<WebhookRecord & { secret: string }> {
  const settings = await checkedSettings(pool, asked, networks)
  const set = columns.filter((column) => settings[column] !== undefined)
  const secret = createSecret()
  const { rowCount } = await pool.query(
    `
    with added as (
      insert into sluice.webhooks (name, tenant, ${set.join(', ')})
      values ($1, $2, ${set.map((_, i) => `$${i + 4}`).join(', ')})
      on conflict (name) do nothing
      returning name
    )
    insert into sluice.webhook_secrets (webhook, secret) select name, $3 from added`,
    [name, tenant, secret, ...set.map((column) => settings[column])],
  )
  if (rowCount === 0) {
    throw new RequestError('webhook_exists', `There is a webhook ${name} already. Change it, or remove it first.`)
  }
  return { ...(await getWebhook(pool, name)), secret }
}

/**
 * Changes a webhook; enabling it gives it a clean record, and ends the time for which it asked to be left alone.
 *
 * @throws RequestError unknown_webhook, unknown_lane, or invalid_request for an address that is never called
 */
export async function changeWebhook(
  pool: pg.Pool,
  networks: Networks,
  name: string,
  asked: WebhookSettings,
): Promise<WebhookRecord> {
  const settings = await checkedSettings(pool, asked, networks)
  const set = columns.filter((column) => settings[column] !== undefined)
  if (set.length > 0) {
    const changes = set.map((column, i) => `${column} = $${i + 2}`)
    if (settings.enabled === true) changes.push('not_before = null')
    const { rowCount } = await pool.query(`update sluice.webhooks set ${changes.join(', ')} where name = $1`, [
      name,
      ...set.map((column) => settings[column]),
    ])
    if (rowCount === 0) missing(name)
  }
  return await getWebhook(pool, name)
}

/** Removes a webhook with its deliveries; throws RequestError unknown_webhook, or webhook_in_use while something names it. */
export async function removeWebhook(pool: pg.Pool, name: string): Promise<void> {
  const { rowCount } = await refusing(pool.query('delete from sluice.webhooks where name = $1', [name]))
  if (rowCount === 0) missing(name)
}

/** Gives a webhook a new secret, which is returned this once; the old one signs besides for 24 hours. */
export async function changeSecret(pool: pg.Pool, name: string): Promise<string> {
  const secret = createSecret()
  const { rowCount } = await pool.query(
    `update sluice.webhook_secrets
     set previous_secret = secret, previous_until = clock_timestamp() + interval '${rotationHours} hours', secret = $2
     where webhook = $1`,
    [name, secret],
  )
  return rowCount === 0 ? missing(name) : secret
}

/**
 * Calls a webhook now with an event of type `webhook.test`, and tells how that went. Nothing is kept of it, but
 * that it was taken ends what is held against the webhook.
 */
export async function testWebhook(pool: pg.Pool, poster: Poster, name: string): Promise<Attempt> {
  const { rows } = await pool.query<{ url: string; secrets: string[] }>(
    `select url, ${signingSecrets} from sluice.webhooks join sluice.webhook_secrets on webhook = name where name = $1`,
    [name],
  )
  const { url, secrets } = rows[0] ?? missing(name)
  const at = new Date()
  const body = JSON.stringify({ type: 'webhook.test', timestamp: at.toISOString(), data: { webhook: name } })
  const startedAt = performance.now()
  const answer = await poster.post(url, signedHeaders(`msg_${newId()}`, at, body, secrets), body)
  const { succeeded, error } = judge(answer, 1, 0)
  const durationMs = Math.round(performance.now() - startedAt)
  if (succeeded) {
    await pool.query(
      `update sluice.webhooks
       set failing_since = null, failing_anew_since = null, last_failure_at = null, not_before = null
       where name = $1 and url = $2 and (failing_since is not null or not_before is not null)`,
      [name, url],
    )
  }
  return { at: at.toISOString(), status: answer.status ?? null, error, duration_ms: durationMs }
}

/** The settings with their address as it is called, and nothing that can never happen. */
async function checkedSettings<T extends WebhookSettings>(pool: pg.Pool, settings: T, networks: Networks): Promise<T> {
  const checked = settings.url === undefined ? settings : { ...settings, url: checkUrl(settings.url, networks) }
  await checkLanes(pool, settings.lanes ?? [])
  return checked
}

/** The address in the form in which it is called. */
function checkUrl(text: string, networks: Networks): string {
  const fail = (message: string): never => {
    throw new RequestError('invalid_request', `The body is not valid. url: ${message}.`, {
      errors: [{ path: 'url', message }],
    })
  }
  const url = URL.parse(text) ?? fail('it is no address such as https://example.com/hook')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') fail('it must begin with https://')
  if (url.username !== '' || url.password !== '') {
    fail('it must hold no user and password, which others would see; the receiver checks the signature instead')
  }
  if (url.protocol === 'http:' && networks.isEmpty) {
    fail('it must begin with https://; http is for networks in SLUICE_WEBHOOK_NETWORKS')
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const address = host === 'localhost' ? '127.0.0.1' : host
  const refusal = networks.refusal(address, url.protocol)
  if (refusal !== undefined && refusal !== 'no address') {
    fail(
      `${refusal}: it is called only if SLUICE_WEBHOOK_NETWORKS, here and of the workers and servers, holds its network`,
    )
  }
  if (url.href.length > longestUrl) fail(`it must have no more than ${longestUrl} characters`)
  return url.href
}

function missing(name: string): never {
  throw new RequestError('unknown_webhook', `There is no webhook ${name}.`)
}
