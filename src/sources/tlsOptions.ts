import type { ConnectionOptions } from 'node:tls'
import type { Source } from './source.ts'

/** TLS of a connection to a source, false: none. */
export function tlsOptions(tls: Source['tls']): ConnectionOptions | false {
  if (tls === 'disable') return false
  return { rejectUnauthorized: tls === 'verify-full' }
}
