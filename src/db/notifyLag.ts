import type pg from 'pg'
import { every } from '../every.ts'
import { newId } from '../newId.ts'
import type { Listener } from './listener.ts'

const measureMs = 15_000

/** The channel on which processes hear how long notifications take; their listeners must listen to it. */
export const lagChannel = 'sluice_lag'

/** Measures, now and then, how long a notification takes from one session to the listening one. */
export class NotifyLag {
  readonly #pool: pg.Pool
  readonly #stop: () => Promise<void>
  #sent: { token: string; at: number } | undefined
  #seconds: number | undefined

  constructor(pool: pg.Pool, listener: Listener) {
    this.#pool = pool
    listener.on('notification', (channel, payload) => {
      if (channel !== lagChannel || payload !== this.#sent?.token) return
      this.#seconds = (performance.now() - this.#sent.at) / 1000
      this.#sent = undefined
    })
    // A database that is away is told of elsewhere.
    this.#stop = every(
      measureMs,
      () => this.measure(),
      () => undefined,
    )
  }

  /** Sends a notification, which is measured when it is heard. */
  async measure(): Promise<void> {
    const token = newId()
    this.#sent ??= { token, at: performance.now() }
    await this.#pool.query({
      name: 'notify_lag',
      text: 'select pg_notify($1, $2)',
      values: [lagChannel, this.#sent.token],
    })
  }

  /** What the last notification took, or has taken so far without being heard; undefined: none was sent yet. */
  get seconds(): number | undefined {
    if (this.#sent === undefined) return this.#seconds
    return Math.max(this.#seconds ?? 0, (performance.now() - this.#sent.at) / 1000)
  }

  async close(): Promise<void> {
    await this.#stop()
  }
}
