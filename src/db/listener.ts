import { EventEmitter } from 'node:events'
import type pg from 'pg'
import type { Logger } from '../log.ts'
import { createControlClient } from './client.ts'
import { readOnlyState } from './retryableStates.ts'
import { sqlStateOf } from './sqlState.ts'

const longestTimeoutMs = 5_000
const firstRetryMs = 100
const longestRetryMs = 2_000

interface ListenerOptions {
  connectionString: string
  applicationName: string
  channels: string[]
  /** It is asked as often for a sign of life, and has so long to give one; never longer than 5 s. */
  answerTimeoutMs: number
  logger: Logger
}

interface ListenerEvents {
  /** A notification: channel, payload. */
  notification: [channel: string, payload: string]
  /** Listening again after a break, during which notifications may have been missed. */
  resumed: []
  /** PostgreSQL does not answer at all. */
  unreachable: []
  /** The server takes no writes, so another one may have taken its place; told again while that is so. */
  standby: []
}

/**
 * One connection that listens, and comes back by itself. Notifications are hints: whoever
 * uses them must also look now and then, and after every `resumed`.
 */
export class Listener extends EventEmitter<ListenerEvents> {
  readonly #options: ListenerOptions
  readonly #timeoutMs: number
  #client: pg.Client | undefined
  #timer: NodeJS.Timeout | undefined
  #retryMs = firstRetryMs
  #closed = false

  constructor(options: ListenerOptions) {
    super()
    this.#options = options
    this.#timeoutMs = Math.min(options.answerTimeoutMs, longestTimeoutMs)
  }

  /** Connects for the first time; an error here is the caller's. */
  async start(): Promise<void> {
    await this.#connect()
  }

  /** Whether the connection stands. */
  get listening(): boolean {
    return this.#client !== undefined
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  async #connect(): Promise<void> {
    const { connectionString, applicationName, channels } = this.#options
    const client = createControlClient({
      connectionString,
      applicationName,
      connectTimeoutMs: this.#timeoutMs,
      answerTimeoutMs: this.#timeoutMs,
    })
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('The connection ended')))
    client.on('notification', (message) => this.emit('notification', message.channel, message.payload ?? ''))
    try {
      await client.connect()
      await client.query(channels.map((channel) => `listen ${client.escapeIdentifier(channel)}`).join(';'))
      await checkWritable(client)
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    if (this.#closed) {
      await client.end()
      return
    }
    this.#client = client
    this.#retryMs = firstRetryMs
    this.#scheduleCheck()
  }

  /** A half-open connection says nothing for ever, so it is asked for a sign of life. */
  #scheduleCheck(): void {
    this.#timer = setTimeout(() => {
      const client = this.#client
      if (client === undefined) return
      checkWritable(client).then(
        () => this.#client === client && this.#scheduleCheck(),
        (error: unknown) => this.#lost(client, error as Error),
      )
    }, this.#timeoutMs)
  }

  #lost(client: pg.Client, error: Error): void {
    if (this.#closed || this.#client !== client) return
    this.#options.logger.warn({ err: error }, 'the listening connection broke')
    if (sqlStateOf(error) === readOnlyState) this.emit('standby')
    this.#client = undefined
    client.end().catch(() => undefined)
    this.#retry()
  }

  #retry(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#connect().then(
        () => this.#closed || this.emit('resumed'),
        (error: unknown) => {
          if (this.#closed) return
          if (sqlStateOf(error) === undefined) this.emit('unreachable')
          if (sqlStateOf(error) === readOnlyState) this.emit('standby')
          this.#retry()
        },
      )
    }, this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs)
  }
}

/** Who listens to a standby hears nothing, and has other connections there. */
async function checkWritable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ writable: boolean }>(
    `select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as writable`,
  )
  if (!rows[0]!.writable) throw Object.assign(new Error('PostgreSQL takes no writes'), { code: readOnlyState })
}
