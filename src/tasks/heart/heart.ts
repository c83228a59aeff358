import { EventEmitter } from 'node:events'
import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Config } from '../../config.ts'
import type { WorkerIdentity } from '../../queries/workers.ts'
import type { SourceConnection } from '../../sources/connection.ts'
import type { FromHeart, HeartSettings, ToHeart } from './messages.ts'
import { Trust } from './trust.ts'

const tickMs = 1_000
/** .ts in a checkout, .js in the package. */
const threadFile = join(import.meta.dirname, `heartThread${extname(import.meta.filename)}`)

interface HeartEvents {
  /** What ran under the worker's leases is not its own any more. */
  lost: []
  /** It may take up work again. */
  trusted: []
  /** Somebody asked for the worker to drain. */
  drain: []
  /** The control database heard that the worker lives. */
  beat: [rssBytes: number]
}

/** A worker's heart as the worker sees it: its id, and whether its leases are its own. */
export class Heart extends EventEmitter<HeartEvents> {
  readonly #thread: Worker
  readonly #trust: Trust
  readonly #ticks: NodeJS.Timeout
  readonly #stopped = Promise.withResolvers<void>()
  #workerId: string
  #sessions = 0
  #lossesSeen = 0

  private constructor(thread: Worker, trust: Trust, workerId: string) {
    super()
    this.#thread = thread
    this.#trust = trust
    this.#workerId = workerId
    this.#ticks = setInterval(() => trust.tick(), tickMs)
    thread.on('exit', () => this.#stopped.resolve())
    // Without its heart a worker cannot know whether its leases are its own.
    thread.on('error', (error) => {
      throw error
    })
  }

  /**
   * Registers a worker and keeps it alive until {@link stop}.
   *
   * @throws if the control database cannot be reached
   */
  static async start(connectionString: string, identity: WorkerIdentity, logLevel: Config['logLevel']): Promise<Heart> {
    const trust = new Trust()
    const settings: HeartSettings = { connectionString, identity, logLevel, trust: trust.memory }
    const thread = new Worker(threadFile, { workerData: settings, name: 'heart' })
    const heart = new Heart(thread, trust, identity.id)
    const registered = Promise.withResolvers<void>()
    thread.on('message', (message: FromHeart) => {
      if (message.kind === 'registered') registered.resolve()
      else if (message.kind === 'failed') {
        registered.reject(Object.assign(new Error(message.message), { code: message.code }))
      } else heart.#hear(message)
    })
    try {
      await registered.promise
    } catch (error) {
      clearInterval(heart.#ticks)
      throw error
    }
    return heart
  }

  get workerId(): string {
    return this.#workerId
  }

  /** Whether the leases of this worker are its own, and it may start, store and end runs. */
  get isTrusted(): boolean {
    return this.#trust.losses === this.#lossesSeen && this.#trust.holds
  }

  /** Resolves when the leases are the worker's own; rejects when the signal is aborted. */
  async whenTrusted(signal: AbortSignal): Promise<void> {
    while (!this.isTrusted) {
      signal.throwIfAborted()
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const onAbort = (): void => reject(signal.reason as Error)
      this.once('trusted', resolve)
      signal.addEventListener('abort', onAbort, { once: true })
      await promise.finally(() => {
        this.off('trusted', resolve)
        signal.removeEventListener('abort', onAbort)
      })
    }
  }

  /** Lets the heart know a session, which it cancels if trust is lost, and tells of it in sluice.workers. */
  watch(connection: SourceConnection): void {
    const id = ++this.#sessions
    const { source, key, backend } = connection
    const { host, port, tls } = source
    this.#post({
      kind: 'opened',
      id,
      session: {
        address: { host, port, tls },
        key,
        session: backend && { source: source.name, ...backend },
      },
    })
    void connection.closed.then(() => this.#post({ kind: 'closed', id }))
  }

  /** What the next heartbeat says of the process. */
  report(stats: object): void {
    this.#post({ kind: 'stats', stats })
  }

  /** Marks the worker as stopped and ends the heart. */
  async stop(): Promise<void> {
    clearInterval(this.#ticks)
    this.#post({ kind: 'stop' })
    await this.#stopped.promise
  }

  #post(message: ToHeart): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    this.#thread.postMessage(message)
  }

  #hear(message: FromHeart): void {
    switch (message.kind) {
      case 'renamed':
        this.#workerId = message.workerId
        break
      case 'lost':
        this.emit('lost')
        this.#lossesSeen++
        break
      case 'trusted':
        this.emit('trusted')
        break
      case 'beat':
        this.emit('beat', message.rssBytes)
        break
      case 'drain':
        this.emit('drain')
    }
  }
}
