import net from 'node:net'
import pg from 'pg'
import { terminate } from '../wire/messages.ts'
import { createSocket, setLending } from '../wire/socket.ts'
import { connectError } from './sourceErrors.ts'
import type { Source } from './source.ts'

const connectTimeoutMs = 10_000

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

/** The socket of a `pg` connection and what is needed to cancel what runs on it. */
interface PgInternals {
  connection: { stream: net.Socket }
  processID: number
  secretKey: number
}

/**
 * A session on a source: `pg` makes the connection (TLS, SCRAM); afterwards the socket is
 * read and written directly.
 */
export class SourceConnection {
  readonly source: Source
  readonly socket: net.Socket
  readonly #internals: PgInternals
  #broken: Error | undefined

  private constructor(source: Source, client: pg.Client) {
    this.source = source
    this.#internals = client as unknown as PgInternals
    this.socket = this.#internals.connection.stream
    // From here on pg neither sees what arrives nor sends anything.
    this.socket.removeAllListeners('data')
    this.socket.pause()
    setLending(this.socket, true)
    this.socket.once('close', () => (this.#broken ??= new Error('The connection was closed')))
    client.on('error', (error) => (this.#broken ??= error))
  }

  /** Connects; throws RunError. */
  static async connect(source: Source): Promise<SourceConnection> {
    const client = new pg.Client(clientConfig(source))
    client.on('error', () => undefined)
    try {
      await client.connect()
    } catch (error) {
      client.end().catch(() => undefined)
      throw connectError(source.name, error)
    }
    return new SourceConnection(source, client)
  }

  /** Why the connection cannot be used, undefined while it can. */
  get broken(): Error | undefined {
    return this.#broken
  }

  /**
   * Asks the server to cancel what runs on this connection, over a connection of its own
   * (CancelRequest). The request may arrive late, so the connection is not used again.
   * Resolves when the server has taken the request.
   */
  async cancel(): Promise<void> {
    this.#broken ??= new Error('A cancel was sent')
    const { processID, secretKey } = this.#internals
    const request = Buffer.alloc(16)
    request.writeInt32BE(16, 0)
    request.writeInt32BE(80877102, 4)
    request.writeInt32BE(processID, 8)
    request.writeInt32BE(secretKey, 12)
    const { host, port } = this.source
    await new Promise<void>((resolve, reject) => {
      const socket = host.startsWith('/')
        ? net.connect({ path: `${host}/.s.PGSQL.${port}` })
        : net.connect({ host, port })
      socket.setTimeout(connectTimeoutMs, () => socket.destroy(new Error('The cancel request timed out')))
      socket.once('connect', () => socket.end(request))
      socket.once('error', reject)
      socket.once('close', () => resolve())
      socket.resume()
    })
  }

  /** Watches the socket while no statement uses it: whatever arrives now ends its use. */
  park(): void {
    this.socket.on('data', this.#onUnexpected)
    this.socket.resume()
  }

  /** Hands the socket to a statement. */
  unpark(): void {
    this.socket.off('data', this.#onUnexpected)
  }

  readonly #onUnexpected = (): void => {
    this.#broken ??= new Error('The server spoke on an idle connection')
    this.socket.destroy()
  }

  /** Takes leave of the server and closes the socket. */
  close(): void {
    this.#broken ??= new Error('The connection was closed')
    this.socket.write(terminate)
    this.socket.destroySoon()
  }

  /** Closes the socket at once. */
  destroy(): void {
    this.#broken ??= new Error('The connection was closed')
    this.socket.destroy()
  }
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
    keepAlive: true,
    stream: createSocket,
    options: Object.entries(sessionSettings)
      .map(([name, value]) => `-c ${name}=${value.replace(/([\\ ])/g, '\\$1')}`)
      .join(' '),
  }
}

function tlsOptions(tls: Source['tls']): pg.ClientConfig['ssl'] {
  if (tls === 'disable') return false
  return { rejectUnauthorized: tls === 'verify-full' }
}
