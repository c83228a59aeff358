import type pg from 'pg'
import { Listener } from '../db/listener.ts'
import { lagChannel, NotifyLag } from '../db/notifyLag.ts'
import type { Logger } from '../log.ts'
import { readQueries, type QueryRow } from '../queries/read.ts'
import { isTerminal } from '../queries/states.ts'
import { manifestColumns, type ManifestRow, type SummaryRow } from '../results/manifest.ts'

/** A query with the columns of its manifest, null without a result. */
export type QueryDetails = QueryRow & { [K in keyof ManifestRow]: ManifestRow[K] | null }
/** A query with those that hold no data. */
export type QuerySummary = QueryRow & { [K in keyof SummaryRow]: SummaryRow[K] | null }

/** Back-stop for notifications that were lost. */
const pollMs = 1_000
const mostPerRead = 500

interface Waiter {
  tenant: string
  resolve: (query: QueryDetails | undefined) => void
}

/**
 * Requests that wait for queries to end, all on one listening connection. A waiter is
 * entered before the state is read, so that an end in between is not missed; what ended is
 * read for all waiters of a moment at once.
 */
export class QueryWaiters {
  readonly #pool: pg.Pool
  readonly #logger: Logger
  readonly #listener: Listener
  readonly #waiters = new Map<string, Set<Waiter>>()
  #notified = new Set<string>()
  #reading = false
  #poll: NodeJS.Timeout | undefined
  #onDone: () => void = () => undefined
  #lag: NotifyLag | undefined
  /** Queries that the poll looks for now; no notification of their end has come yet. */
  readonly #polled = new Set<string>()
  #backstops = 0
  #closed = false

  constructor(pool: pg.Pool, connectionString: string, answerTimeoutMs: number, logger: Logger) {
    this.#pool = pool
    this.#logger = logger
    this.#listener = new Listener({
      connectionString,
      applicationName: 'sluice server (listen)',
      channels: ['sluice_done', lagChannel],
      answerTimeoutMs,
      logger,
    })
    this.#listener.on('notification', (channel, payload) => {
      if (channel !== 'sluice_done') return
      const ids = payload.split(',')
      for (const id of ids) this.#polled.delete(id)
      this.#look(ids)
      this.#onDone()
    })
    this.#listener.on('resumed', () => this.#look(this.#waiters.keys()))
  }

  /** Calls back whenever PostgreSQL is found not to answer at all. */
  onUnreachable(callback: () => void): void {
    this.#listener.on('unreachable', callback)
  }

  /** Calls back when PostgreSQL is found to take no writes. */
  onStandby(callback: () => void): void {
    this.#listener.on('standby', callback)
  }

  /** Calls back whenever queries have ended. */
  onDone(callback: () => void): void {
    this.#onDone = callback
  }

  async start(): Promise<void> {
    await this.#listener.start()
    this.#lag = new NotifyLag(this.#pool, this.#listener)
    this.#poll = setInterval(() => {
      this.#polled.clear()
      for (const id of this.#waiters.keys()) if (!this.#notified.has(id)) this.#polled.add(id)
      this.#look(this.#waiters.keys())
    }, pollMs)
  }

  /** Lets everybody go who still waits. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#poll)
    for (const waiters of this.#waiters.values()) for (const { resolve } of waiters) resolve(undefined)
    await this.#lag?.close()
    await this.#listener.close()
  }

  /** Whether nobody may wait any more, because the server stops. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** Whether the connection for notifications stands. */
  get isListening(): boolean {
    return this.#listener.listening
  }

  /** What a notification takes to be heard; undefined: not measured yet. */
  get notifyLagSeconds(): number | undefined {
    return this.#lag?.seconds
  }

  /** Ends that the poll found, because no notification was heard. */
  get backstops(): number {
    return this.#backstops
  }

  /** Number of requests that wait. */
  get size(): number {
    let size = 0
    for (const waiters of this.#waiters.values()) size += waiters.size
    return size
  }

  /**
   * Enters a waiter for a query, which need not exist yet.
   *
   * @returns `ended` fulfils with the query when it has ended, or with undefined after
   *   `waitMs` or when the client has gone; `leave` gives the waiting up
   */
  enter(tenant: string, id: string, waitMs: number): { ended: Promise<QueryDetails | undefined>; leave: () => void } {
    const { promise, resolve } = Promise.withResolvers<QueryDetails | undefined>()
    const waiter: Waiter = { tenant, resolve }
    let waiters = this.#waiters.get(id)
    if (waiters === undefined) {
      waiters = new Set()
      this.#waiters.set(id, waiters)
    }
    waiters.add(waiter)
    const timer = setTimeout(() => resolve(undefined), waitMs)
    const leave = (): void => {
      clearTimeout(timer)
      waiters.delete(waiter)
      if (waiters.size === 0 && this.#waiters.get(id) === waiters) this.#waiters.delete(id)
      resolve(undefined)
    }
    void promise.then(leave)
    if (this.#closed) resolve(undefined)
    return { ended: promise, leave }
  }

  #look(ids: Iterable<string>): void {
    for (const id of ids) if (this.#waiters.has(id)) this.#notified.add(id)
    if (this.#notified.size > 0 && !this.#reading) void this.#read()
  }

  async #read(): Promise<void> {
    this.#reading = true
    try {
      while (this.#notified.size > 0) {
        const ids = [...this.#notified].slice(0, mostPerRead)
        for (const id of ids) this.#notified.delete(id)
        await this.#tell(ids)
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'could not read queries that are waited for; it is tried again')
    } finally {
      this.#reading = false
    }
  }

  async #tell(ids: string[]): Promise<void> {
    const tenants = new Set(ids.flatMap((id) => [...(this.#waiters.get(id) ?? [])].map(({ tenant }) => tenant)))
    for (const tenant of tenants) {
      for (const query of await readDetails(this.#pool, tenant, ids)) {
        const isPolled = this.#polled.delete(query.id)
        if (!isTerminal(query.state)) continue
        if (isPolled) this.#backstops++
        for (const waiter of this.#waiters.get(query.id) ?? []) if (waiter.tenant === tenant) waiter.resolve(query)
      }
    }
  }
}

/** Reads queries with their manifests. */
export async function readDetails(pool: pg.Pool, tenant: string, ids: readonly string[]): Promise<QueryDetails[]> {
  return await readQueries<{ [K in keyof ManifestRow]: ManifestRow[K] | null }>(pool, tenant, ids, manifestColumns)
}
