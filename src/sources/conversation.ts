import { RunError } from '../errors.ts'
import { MessageReader, type MessageFilter, type MessageHandler } from '../wire/messageReader.ts'
import type { SourceConnection } from './connection.ts'
import { endSession, type SessionEnd } from './sessionEnd.ts'
import { connectionLost } from './sourceErrors.ts'

/** A source has so long to clean a session after the end of a statement. */
const cleanUpMs = 30_000

/** Who hears what the source says. */
export interface ConversationListener {
  onMessage: MessageHandler
  isWanted: MessageFilter
  /** The source sent what is no message; the connection is closed next. */
  onNonsense(error: RunError): void
  /** The connection is gone. */
  onLost(error: RunError): void
}

/** What one statement says and hears on a connection, and what becomes of the connection. */
export class Conversation {
  /**
   * Fulfils once the connection can be used again, or what is known of the end of its session
   * will not change any more; never rejects.
   */
  readonly settled: Promise<'usable' | SessionEnd>

  readonly #connection: SourceConnection
  readonly #listener: ConversationListener
  readonly #reader: MessageReader
  readonly #connectionSettled = Promise.withResolvers<'usable' | SessionEnd>()
  readonly #onData = (piece: Buffer): void => this.#receive(piece)
  readonly #onClose = (): void => this.#lose()
  #cleanUpTimer: NodeJS.Timeout | undefined
  /** Where the next message starts is not known. */
  #lostTrack = false
  #isEndingSession = false

  constructor(connection: SourceConnection, listener: ConversationListener) {
    this.#connection = connection
    this.#listener = listener
    this.#reader = new MessageReader(listener.onMessage, listener.isWanted)
    this.settled = this.#connectionSettled.promise
    connection.socket.on('data', this.#onData)
    connection.socket.once('close', this.#onClose)
  }

  /** Sends messages in one write. */
  send(...messages: Buffer[]): void {
    this.#connection.socket.write(Buffer.concat(messages))
  }

  /** The source cleans up now; the connection is cut if that takes long. */
  awaitCleanUp(): void {
    this.#cleanUpTimer = setTimeout(() => this.#connection.destroy(), cleanUpMs)
  }

  /**
   * Cancels what runs and ends the session.
   *
   * @param applicationName the name of the run
   * @param onCanceled called when the server has taken a cancel, or none can be sent
   */
  endSession(applicationName: string, onCanceled: () => void): void {
    this.#isEndingSession = true
    void endSession(this.#connection, applicationName, onCanceled).then(this.#connectionSettled.resolve)
  }

  /** Nothing more is said or heard; `settled` says what became of the connection, if that is known now. */
  end(settled?: 'usable'): void {
    clearTimeout(this.#cleanUpTimer)
    this.#reader.close()
    const { socket } = this.#connection
    socket.off('data', this.#onData)
    socket.off('close', this.#onClose)
    if (settled !== undefined) this.#connectionSettled.resolve(settled)
  }

  #receive(piece: Buffer): void {
    if (this.#lostTrack) return
    try {
      const rest = this.#reader.push(piece)
      // After the end of the clean-up a server has nothing to say.
      if (rest !== undefined && rest.length > 0) this.#connection.close()
    } catch (error) {
      this.#lostTrack = true
      this.#listener.onNonsense(
        error instanceof RunError ? error : new RunError('protocol_error', (error as Error).message, {}, error),
      )
      this.#connection.close()
    }
  }

  #lose(): void {
    this.#listener.onLost(connectionLost(this.#connection.broken))
    this.end()
    if (this.#isEndingSession) return
    void this.#connection.closed.then((byServer) => this.#connectionSettled.resolve(byServer ? 'gone' : 'uncertain'))
  }
}
