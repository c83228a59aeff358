import { createHmac, timingSafeEqual } from 'node:crypto'

/** How long a login at the admin page lasts. */
export const sessionSeconds = 12 * 60 * 60

/** A login at the admin page. */
export interface Session {
  /** The name that the person gave; it stands in the audit log. */
  name: string
  expiresAt: Date
}

/**
 * Makes and reads the token in the session cookie. It is signed with a key made of the API
 * key, so that every server of the installation takes it, nothing is stored, and a changed
 * API key ends all sessions.
 */
export function createSessionTokens(apiKey: string): {
  make(session: Session): string
  /** Undefined: not one of ours, or its time is over. */
  read(token: string): Session | undefined
} {
  const sign = (payload: string): Buffer => createHmac('sha256', apiKey).update(`sluice session 1 ${payload}`).digest()
  return {
    make({ name, expiresAt }) {
      const payload = Buffer.from(JSON.stringify([name, expiresAt.getTime()])).toString('base64url')
      return `${payload}.${sign(payload).toString('base64url')}`
    },
    read(token) {
      const [payload = '', signature = ''] = token.split('.')
      const given = Buffer.from(signature, 'base64url')
      const expected = sign(payload)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      const [name, expires] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [string, number]
      return expires > Date.now() ? { name, expiresAt: new Date(expires) } : undefined
    },
  }
}
