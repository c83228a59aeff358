import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { createControlClient, sessionSettings } from '../db/client.ts'
import type { Logger } from '../log.ts'
import { holdBeat, noteTick, releaseBeat } from '../schedules/beatLock.ts'
import { nextDue } from '../schedules/due.ts'
import { tick } from './tick.ts'

/** How often a beat looks; who holds it says at the same time that it lives. */
const lookMs = 1_000

export interface BeatOptions {
  connectionString: string
  /** A statement of the beat may take so long, and an answer on its connection. */
  answerTimeoutMs: number
  /** The graphile-worker pool of the worker that it belongs to. */
  poolId: string
  logger: Logger
  /** Runs while this worker holds the beat. */
  whileHeld?: (held: Held) => Promise<void>
}

/** For the time that a worker holds the beat. */
export interface Held {
  /** Aborted when it no longer does. */
  signal: AbortSignal
  /** Names whom to call when there is something to deliver. */
  onDelivery: (listener: () => void) => void
}

/**
 * One of the workers' beats. That which holds the lock fires schedules; the others look every
 * second whether it is free. None needs to know of the others for a fire to happen once.
 */
export class Beat {
  readonly #options: BeatOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  /** What was begun while the beat was held, and has not ended. */
  readonly #duties = new Set<Promise<void>>()
  /** What the last note of a tick took. */
  #noteMs: number | undefined
  /** Ends the wait for the next look. */
  #wake: AbortController | undefined

  constructor(options: BeatOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Gives the beat up, so that another worker takes it, then waits for what was begun while it was held. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake?.abort()
    await this.#running
    await Promise.all(this.#duties)
  }

  async #run(): Promise<void> {
    const { logger } = this.#options
    while (!this.#stopping.signal.aborted) {
      let client: pg.Client | undefined
      try {
        client = await this.#connect()
        await this.#serve(client)
      } catch (error) {
        if (!this.#stopping.signal.aborted) logger.warn({ err: bare(error) }, 'the beat was interrupted; it goes on')
      } finally {
        await client?.end().catch(() => undefined)
      }
      await this.#pause(lookMs)
    }
  }

  async #connect(): Promise<pg.Client> {
    const { connectionString, answerTimeoutMs } = this.#options
    const client = createControlClient({
      connectionString,
      applicationName: 'sluice worker (beat)',
      connectTimeoutMs: 5_000,
      answerTimeoutMs,
      // Somebody who holds a schedule's row keeps that one back, not the others.
      settings: { ...sessionSettings(false), lock_timeout: '500', statement_timeout: String(answerTimeoutMs) },
    })
    client.on('error', () => this.#wake?.abort())
    client.on('notification', ({ channel }) => {
      if (channel === 'sluice_schedules') this.#wake?.abort()
    })
    try {
      await client.connect()
      await client.query('listen sluice_schedules; listen sluice_deliveries')
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    return client
  }

  async #serve(client: pg.Client): Promise<void> {
    const { poolId, logger } = this.#options
    const held = new AbortController()
    let term: string | undefined
    try {
      while (!this.#stopping.signal.aborted) {
        const before = term
        term = await holdBeat(client, poolId, term)
        if (term === undefined) {
          if (before !== undefined) throw new Error('The beat is held by another worker.')
          await this.#pause(lookMs)
          continue
        }
        if (before === undefined) {
          logger.info({ term }, 'this worker holds the beat')
          this.#startDuties({
            signal: held.signal,
            onDelivery: (listener) =>
              client.on('notification', ({ channel }) => {
                if (channel === 'sluice_deliveries') listener()
              }),
          })
        }
        await this.#pause(await this.#beat(client, term))
      }
    } finally {
      held.abort()
      // Without waiting for the duties: whoever has the beat next may have it now.
      if (term !== undefined) await releaseBeat(client, term).catch(() => undefined)
    }
  }

  #startDuties(held: Held): void {
    const { whileHeld, logger } = this.#options
    if (whileHeld === undefined) return
    const duties = whileHeld(held)
      .catch((error: unknown) => logger.error({ err: bare(error) }, 'what goes with the beat was interrupted'))
      .finally(() => this.#duties.delete(duties))
    this.#duties.add(duties)
  }

  /** Fires what is due; for how long there is nothing more to do, in milliseconds. */
  async #beat(client: pg.Client, term: string): Promise<number> {
    const { poolId, logger } = this.#options
    let heardAt = performance.now()
    const held: string[] = []
    const more = await tick(client, {
      onHeld(schedule, error) {
        held.push(schedule)
        logger.warn({ schedule, err: bare(error) }, 'a schedule could not be fired; it is tried again')
      },
      onProblem: (schedule, error) =>
        logger.error(
          { schedule, err: bare(error) },
          'a schedule cannot be fired; it is left alone until it is changed',
        ),
      between: async () => {
        if (performance.now() - heardAt < lookMs) return
        if ((await holdBeat(client, poolId, term)) === undefined) throw new Error('The beat is held by another worker.')
        heardAt = performance.now()
      },
    })
    this.#noteMs = await noteTick(client, term, this.#noteMs)
    if (more) return 0
    return Math.min(lookMs, Math.max(0, await nextDue(client, held)))
  }

  /** Waits, unless a schedule changes, the connection breaks or the beat is stopped. */
  async #pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#stopping.signal.aborted) return
    this.#wake = new AbortController()
    await sleep(ms, undefined, { signal: this.#wake.signal }).catch(() => undefined)
  }
}

/** pg hangs its connection, and with it a key, on the error. */
function bare(error: unknown): unknown {
  return Object.assign(error as object, { client: undefined })
}
