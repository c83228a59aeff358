import type net from 'node:net'
import pg from 'pg'
import { RunError } from '../errors.ts'
import { terminate } from '../wire/messages.ts'
import { setLending } from '../wire/socket.ts'
import { sessionOf, type Backend } from './backends.ts'
import { sendCancelRequest, type CancelKey } from './cancelRequest.ts'
import { clientConfig } from './clientConfig.ts'
import { connectError, settingsDropped } from './sourceErrors.ts'
import type { Source } from './source.ts'

/** A server that was told of the end of a session closes the connection within this, or it is cut. */
const farewellMs = 5_000

/** The socket of a `pg` connection and what is needed to cancel what runs on it. */
interface PgInternals extends CancelKey {
  connection: { stream: net.Socket }
}

/**
 * A session on a source: `pg` makes the connection (TLS, SCRAM); afterwards the socket is
 * read and written directly.
 */
export class SourceConnection {
  readonly source: Source
  readonly socket: net.Socket
  readonly key: CancelKey
  /** The session at the server; undefined if that does not tell, or a pooler may take another one for each statement. */
  readonly backend: Backend | undefined
  /**
   * Fulfils when the connection is closed: true if the server closed it. PostgreSQL leaves
   * that to the exit of the session's process, so then the session is gone. A pooler does not.
   */
  readonly closed: Promise<boolean>
  #broken: Error | undefined
  #farewell = false

  private constructor(source: Source, client: pg.Client, backend: Backend | undefined) {
    this.source = source
    this.backend = backend
    const { connection, processID, secretKey } = client as unknown as PgInternals
    this.key = { processID, secretKey }
    this.socket = connection.stream
    let byServer = false
    this.socket.once('end', () => (byServer = source.preparedStatements))
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve(byServer)))
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
      if (!source.preparedStatements) return new SourceConnection(source, client, undefined)
      const { backend, hasSettings } = await sessionOf(client)
      if (!hasSettings) throw settingsDropped(source.name)
      return new SourceConnection(source, client, backend)
    } catch (error) {
      client.end().catch(() => undefined)
      throw error instanceof RunError ? error : connectError(source.name, error)
    }
  }

  /** Why the connection cannot be used, undefined while it can. */
  get broken(): Error | undefined {
    return this.#broken
  }

  /** From now on the connection is not lent again. */
  spoil(why: Error): void {
    this.#broken ??= why
  }

  /**
   * Asks the server to cancel what runs on this connection. The request may take effect
   * late, so the connection is not used again. Resolves when the server has taken the request.
   */
  async cancel(): Promise<void> {
    this.#broken ??= new Error('A cancel was sent')
    await sendCancelRequest(this.source, this.key)
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

  /** Takes leave of the server, which then closes the connection; {@link closed} tells when. */
  close(): void {
    if (this.socket.writable) this.socket.end(terminate)
    this.expectClose()
  }

  /** The server closes the connection by itself now. Whatever were sent to it would only hide that it did. */
  expectClose(): void {
    this.#broken ??= new Error('The connection was closed')
    if (this.#farewell) return
    this.#farewell = true
    this.socket.resume()
    const cut = setTimeout(() => this.socket.destroy(), farewellMs)
    this.socket.once('close', () => clearTimeout(cut))
  }

  /** Closes the socket at once. */
  destroy(): void {
    this.#broken ??= new Error('The connection was closed')
    this.socket.destroy()
  }
}
