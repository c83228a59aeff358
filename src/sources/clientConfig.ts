import type pg from 'pg'
import { createSocket } from '../wire/socket.ts'
import type { Source } from './source.ts'
import { tlsOptions } from './tlsOptions.ts'

const connectTimeoutMs = 10_000
/** A connection over which nothing came for so long is asked whether the other end is there. */
const keepAliveMs = 30_000

/**
 * What every session on a source starts with, and what DISCARD ALL puts it back to. Text
 * forms are fixed so that a value means the same whatever the server's defaults are.
 */
const sessionSettings = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lock_timeout: '30s',
  idle_in_transaction_session_timeout: '60s',
  // A worker that dies mid-statement must not leave the statement behind.
  client_connection_check_interval: '2s',
}

/** How `pg` connects to a source. */
export function clientConfig(source: Source): pg.ClientConfig {
  return {
    host: source.host,
    port: source.port,
    database: source.database,
    user: source.username,
    password: source.password ?? '',
    ssl: tlsOptions(source.tls),
    application_name: 'sluice',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    stream: createSocket,
    options: Object.entries(sessionSettings)
      .map(([name, value]) => `-c ${name}=${value.replace(/([\\ ])/g, '\\$1')}`)
      .join(' '),
  }
}
