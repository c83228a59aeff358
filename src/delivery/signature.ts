import { createHmac, randomBytes } from 'node:crypto'

const prefix = 'whsec_'
const secretBytes = 32

/** The secrets that sign now, of sluice.webhook_secrets: the current one, and the one before while it is valid. */
export const signingSecrets =
  'array_remove(array[secret, case when previous_until > clock_timestamp() then previous_secret end], null) as secrets'

/** A new signing secret, in the form of Standard Webhooks. */
export function createSecret(): string {
  return prefix + randomBytes(secretBytes).toString('base64')
}

/**
 * The headers of an attempt, by the Standard Webhooks specification (HMAC-SHA256, `v1`).
 *
 * @param id the same for every attempt of a delivery
 * @param at when this attempt is made
 * @param body exactly as it is sent
 * @param secrets the current one, and the one before while both are valid
 */
export function signedHeaders(id: string, at: Date, body: string, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
