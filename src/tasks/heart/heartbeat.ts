import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { createControlClient, sessionSettings } from '../../db/client.ts'
import type { Logger } from '../../log.ts'
import { newId } from '../../newId.ts'
import { heartbeat, markStopped, registerWorker, type WorkerIdentity } from '../../queries/workers.ts'
import { sendCancelRequest } from '../../sources/cancelRequest.ts'
import type { FromHeart, HeartSettings, OpenSession } from './messages.ts'
import { Trust } from './trust.ts'

/** Beats per lease: two may fail. */
const beatsPerLease = 3
/** Shares of a lease that a connection, and a statement, may take. With both once, two beats still fit. */
const timeoutShare = 0.2
const leastTimeoutMs = 1_000
/** Trust ends this share of a lease before the lease does. */
const marginShare = 0.1
/** After a beat that failed. Short: who is heard late after a failover is declared dead. */
const retryMs = 250
/** A worker whose event loop stands still for so long will not come back: it is ended. */
const stuckMs = 120_000
/** A session that was opened is told after this, with others of the moment. */
const gatherMs = 50

/**
 * Keeps a worker alive in sluice.workers, over a connection of its own. While that succeeds
 * the worker is trusted; when it has not for nearly a lease, the heart cancels what the
 * worker runs at its sources, before anybody else may start it. It runs in a thread of its
 * own, so that a busy event loop neither delays a beat nor a cancel.
 */
export class Heartbeat {
  readonly #settings: HeartSettings
  readonly #trust: Trust
  readonly #logger: Logger
  readonly #post: (message: FromHeart) => void
  readonly #leaseMs: number
  readonly #timeoutMs: number
  readonly #sessions = new Map<number, OpenSession>()
  #identity: WorkerIdentity
  #client: pg.Client | undefined
  #sessionsChanged = false
  #isUrgent = false
  #stats: object | undefined
  #isTrusted = false
  #isAway = false
  #stopping = false
  #hurry = new AbortController()
  #alarm: NodeJS.Timeout | undefined
  #stuck = { ticks: 0, sinceMs: 0 }

  constructor(settings: HeartSettings, logger: Logger, post: (message: FromHeart) => void) {
    this.#settings = settings
    this.#identity = settings.identity
    this.#leaseMs = settings.identity.leaseSeconds * 1000
    this.#timeoutMs = Math.max(this.#leaseMs * timeoutShare, leastTimeoutMs)
    this.#trust = new Trust(settings.trust)
    this.#logger = logger
    this.#post = post
  }

  /** Registers the worker and beats until {@link stop}. */
  async run(): Promise<void> {
    try {
      this.#client = await this.#connect()
      await registerWorker(this.#client, this.#identity)
      await this.#beat(this.#client)
    } catch (error) {
      await this.#client?.end().catch(() => undefined)
      const { message, code } = error as Error & { code?: string }
      this.#post({ kind: 'failed', message, code })
      return
    }
    this.#post({ kind: 'registered' })
    while (!this.#stopping) {
      const isHeard = await this.#tryBeat()
      if (this.#stopping) break
      const pauseMs = !isHeard ? retryMs : this.#isUrgent ? gatherMs : this.#leaseMs / beatsPerLease
      const startedAt = performance.now()
      await sleep(pauseMs, undefined, { signal: this.#hurry.signal }).catch(() => undefined)
      await this.#watch(performance.now() - startedAt)
    }
    await this.#leave()
  }

  /** Under which it is known now. */
  get workerId(): string {
    return this.#identity.id
  }

  opened(id: number, session: OpenSession): void {
    this.#sessions.set(id, session)
    if (session.session === undefined) return
    this.#sessionsChanged = true
    if (this.#isUrgent) return
    this.#isUrgent = true
    setTimeout(() => this.#beatNow(), gatherMs).unref()
  }

  closed(id: number): void {
    if (this.#sessions.get(id)?.session !== undefined) this.#sessionsChanged = true
    this.#sessions.delete(id)
  }

  /** What the next beat says of the worker. */
  report(stats: object): void {
    this.#stats = stats
  }

  stop(): void {
    this.#stopping = true
    this.#beatNow()
  }

  #beatNow(): void {
    this.#hurry.abort()
    this.#hurry = new AbortController()
  }

  async #connect(): Promise<pg.Client> {
    const client = createControlClient({
      connectionString: this.#settings.connectionString,
      applicationName: 'sluice worker (heartbeat)',
      connectTimeoutMs: this.#timeoutMs,
      answerTimeoutMs: this.#timeoutMs,
      settings: sessionSettings(true),
    })
    client.on('error', () => undefined)
    client.on('end', () => {
      if (this.#client === client) this.#client = undefined
    })
    try {
      await client.connect()
    } catch (error) {
      client.end().catch(() => undefined)
      throw error
    }
    return client
  }

  /** Whether the beat was heard. */
  async #tryBeat(): Promise<boolean> {
    try {
      this.#client ??= await this.#connect()
      await this.#beat(this.#client)
      if (this.#isAway) this.#logger.info('the control database is back')
      this.#isAway = false
      return true
    } catch (error) {
      if (!this.#isAway) this.#logger.warn({ cause: (error as Error).message }, 'a heartbeat failed; it is tried again')
      this.#isAway = true
      const client = this.#client
      this.#client = undefined
      client?.end().catch(() => undefined)
      return false
    }
  }

  async #beat(client: pg.Client): Promise<void> {
    const sentAt = process.hrtime.bigint()
    const rssBytes = process.memoryUsage.rss()
    const sessions = this.#sessionsChanged
      ? [...this.#sessions.values()].flatMap(({ session }) => session ?? [])
      : undefined
    this.#sessionsChanged = false
    this.#isUrgent = false
    const wanted = await heartbeat(client, this.#identity.id, { rssBytes, stats: this.#stats, sessions }).catch(
      (error: unknown) => {
        this.#sessionsChanged ||= sessions !== undefined
        throw error
      },
    )
    this.#stats = undefined
    if (wanted === 'declared dead') {
      await this.#startOver(client)
      return
    }
    this.#trust.until = sentAt + BigInt(Math.round(this.#leaseMs * (1 - marginShare) * 1e6))
    this.#setAlarm()
    if (!this.#isTrusted) this.#post({ kind: 'trusted' })
    this.#isTrusted = true
    this.#post({ kind: 'beat', rssBytes })
    if (wanted === 'drain') this.#post({ kind: 'drain' })
  }

  /** Another worker has declared this one dead and taken its queries. */
  async #startOver(client: pg.Client): Promise<void> {
    this.#logger.error({ worker: this.#identity.id }, 'declared dead by another worker; starting over under a new id')
    this.#lose()
    const identity = { ...this.#identity, id: newId() }
    await registerWorker(client, identity)
    this.#identity = identity
    this.#sessionsChanged = true
    this.#post({ kind: 'renamed', workerId: identity.id })
    await this.#beat(client)
  }

  /** Goes off when trust ends; every beat that is heard sets it anew. */
  #setAlarm(): void {
    clearTimeout(this.#alarm)
    const leftMs = Number(this.#trust.until - process.hrtime.bigint()) / 1e6
    this.#alarm = setTimeout(() => {
      if (this.#trust.holds) {
        this.#setAlarm()
        return
      }
      this.#logger.error('no heartbeat was heard for nearly a lease; canceling what runs here, others may start it')
      this.#lose()
    }, leftMs)
  }

  #lose(): void {
    clearTimeout(this.#alarm)
    if (!this.#isTrusted) return
    this.#isTrusted = false
    this.#trust.lose()
    this.#post({ kind: 'lost' })
    void this.#cancelAll()
  }

  /** Cancels whatever runs at the sources: the worker may be too busy to do so in time. */
  async #cancelAll(): Promise<void> {
    const sessions = [...this.#sessions.values()]
    await Promise.allSettled(sessions.map(({ address, key }) => sendCancelRequest(address, key)))
  }

  /** Ends the process if its event loop has stood still for too long while this thread ran. */
  async #watch(passedMs: number): Promise<void> {
    const { ticks } = this.#trust
    if (ticks !== this.#stuck.ticks) {
      this.#stuck = { ticks, sinceMs: 0 }
      return
    }
    // A process that was stopped for a while was not stuck.
    this.#stuck.sinceMs += Math.min(passedMs, this.#leaseMs)
    if (this.#stuck.sinceMs < stuckMs) return
    this.#logger.fatal(`the event loop has stood still for ${stuckMs / 1000} s; ending the process`)
    if (this.#client !== undefined) await markStopped(this.#client, this.#identity.id, true).catch(() => undefined)
    await this.#cancelAll()
    process.kill(process.pid, 'SIGKILL')
  }

  async #leave(): Promise<void> {
    clearTimeout(this.#alarm)
    this.#trust.lose()
    try {
      const client = this.#client ?? (await this.#connect())
      this.#client = undefined
      await markStopped(client, this.#identity.id)
      await client.end()
    } catch (error) {
      this.#logger.warn({ cause: (error as Error).message }, 'could not mark the worker as stopped')
    }
    this.#post({ kind: 'stopped' })
  }
}
