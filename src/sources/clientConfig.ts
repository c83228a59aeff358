import type pg from 'pg'
import { createSocket } from '../wire/socket.ts'
import { sessionSettings } from './sessionSettings.ts'
import type { Source } from './source.ts'
import { tlsOptions } from './tlsOptions.ts'

const connectTimeoutMs = 10_000
/** A connection over which nothing came for so long is asked whether the other end is there. */
const keepAliveMs = 30_000

const startupOptions = Object.entries(sessionSettings)
  .map(([name, value]) => `-c ${name}=${value.replace(/([\\ ])/g, '\\$1')}`)
  .join(' ')

/** How `pg` connects to a source. */
export function clientConfig(source: Source): pg.ClientConfig {
  return {
    host: source.host,
    port: source.port,
    database: source.database,
    user: source.username,
    password: source.password ?? '',
    ssl: tlsOptions(source.tls),
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    stream: createSocket,
    // A pooler would leave a name to the sessions of others.
    ...(source.preparedStatements ? { application_name: 'sluice', options: startupOptions } : {}),
  }
}
