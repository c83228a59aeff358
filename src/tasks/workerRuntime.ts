import { newId } from '../newId.ts'
import type pg from 'pg'
import type { Config } from '../config.ts'
import { endIdle, hurryAnswers } from '../db/answerBound.ts'
import { Listener } from '../db/listener.ts'
import { lagChannel, NotifyLag } from '../db/notifyLag.ts'
import { createControlPool } from '../db/pool.ts'
import { createReserved, type Reserved } from '../db/reserved.ts'
import type { Logger } from '../log.ts'
import { findUnwanted } from '../queries/cancel.ts'
import { claim, type Claim } from '../queries/claim.ts'
import { createFinisher } from '../queries/finish.ts'
import { addTicket, s3Thresholds } from '../queries/lanes.ts'
import { rollUpIfDue, rollUpMs } from '../queries/statistics.ts'
import type { WorkerFigures } from '../queries/workerFigures.ts'
import { markDraining, type WorkerIdentity } from '../queries/workers.ts'
import { checkStores } from '../results/checkStores.ts'
import { createStores } from '../results/stores.ts'
import { SourceConnections } from '../sources/connections.ts'
import { SourceRegistry } from '../sources/registry.ts'
import { version } from '../version.ts'
import { ActiveRuns } from './activeRuns.ts'
import { Duties } from './duties.ts'
import { Figures } from './figures.ts'
import { Heart } from './heart/heart.ts'
import { createPersist } from './persistence.ts'
import { Recycling } from './recycling.ts'
import { runQuery, type RunContext } from './runQuery.ts'
import { Slots } from './slots.ts'
import { endStrays } from './strays.ts'
import { tend } from './tend.ts'

/** What all workers do for each other: one of them at a time, whichever comes first. */
const tendMs = 2_000
/** Back-stop for a cancel whose notification was lost. */
const cancelPollMs = 1_000
/** At the end of a drain's time so long, but no more than a quarter of it, goes to canceling and putting back what still runs. */
const interruptMs = 2_500
/** After so long a worker that stops gives up what it could not put back. */
const giveUpMs = 5_000

/** What a worker tells whoever runs it. */
export interface WorkerOwner {
  /** The process that starts another when this one ends; undefined: there is none. */
  supervisorPid?: number | undefined
  /** Called with its id once that stands in sluice.workers. */
  onRegistered(workerId: string): void
  /** Called with the lanes that the worker serves, whenever these change. */
  onLanes(lanes: string[]): void
  /** The worker is to be shut down: somebody asked for it, or it has retired and nothing runs any more. */
  onDrain(): void
  /** The process is worn and wants another in its place: {@link WorkerRuntime.retire} it, now or once that is there. */
  onWorn(reason: string): void
}

/**
 * One worker process: its name in the database, its connections, and the slots that serve
 * lanes. graphile-worker decides when a slot looks; what it then does is decided here.
 */
export class WorkerRuntime {
  readonly #config: Config
  readonly #logger: Logger
  readonly #pool: pg.Pool
  /** For cancels and ends of runs, which must get through when every other connection is busy. */
  readonly #reserved: Reserved
  readonly #listener: Listener
  readonly #context: RunContext
  readonly #slots: Slots
  #lanes: string[] = []
  readonly #owner: WorkerOwner
  readonly #heart: Heart
  readonly #closing = new AbortController()
  #s3Thresholds = new Map<string, number | null>()
  readonly #recycling: Recycling
  readonly #figures = new Figures()
  #lag: NotifyLag | undefined
  #draining = false
  readonly #duties: Duties

  private constructor(
    config: Config & { databaseUrl: string },
    heart: Heart,
    slots: number,
    logger: Logger,
    owner: WorkerOwner,
  ) {
    this.#config = config
    this.#heart = heart
    this.#logger = logger
    this.#owner = owner
    this.#duties = new Duties(logger)
    this.#recycling = new Recycling(
      config,
      (reason) => owner.onWorn(reason),
      (rssMib) =>
        logger.warn({ rssMib }, 'SLUICE_RECYCLE_ABOVE_MIB is less than a worker takes that has run nothing; raise it'),
    )
    const connectionString = config.databaseUrl
    const answerTimeoutMs = config.controlTimeoutSeconds * 1000
    this.#pool = createControlPool({
      connectionString,
      max: config.controlConnections,
      applicationName: 'sluice worker',
      answerTimeoutMs,
      asynchronousCommit: true,
      logger,
    })
    this.#reserved = createReserved({
      connectionString,
      applicationName: 'sluice worker (reserved)',
      answerTimeoutMs,
      asynchronousCommit: true,
      logger,
    })
    this.#listener = new Listener({
      connectionString,
      applicationName: 'sluice worker (listen)',
      channels: ['sluice_wake', 'sluice_cancel', 'sluice_lanes', lagChannel],
      answerTimeoutMs,
      logger,
    })
    const persist = createPersist(heart, this.#closing.signal)
    const stores = createStores(this.#pool, config.s3, {}, (seconds) => this.#figures.noteS3Write(seconds))
    this.#context = {
      pool: this.#pool,
      results: { ...stores, postgresql: this.#figures.timed(stores.postgresql) },
      s3AboveBytes: (lane) => this.#s3Thresholds.get(lane) ?? null,
      sources: new SourceRegistry(this.#pool),
      connections: new SourceConnections((connection) => heart.watch(connection)),
      persist,
      finisher: createFinisher(this.#reserved.pool, persist),
      runs: new ActiveRuns(),
      figures: this.#figures,
      heart,
      tracedSql: config.traceSql,
      logger,
    }
    this.#slots = new Slots({
      slots,
      claim: (lane, want, byTicket) => this.#claim(lane, want, byTicket),
      run: async (next) => {
        this.#recycling.runs()
        await runQuery(this.#context, next)
        this.#recycling.ran()
      },
      onError: (error) => logger.warn({ err: error }, 'could not claim; it is tried again'),
    })
  }

  /**
   * Registers the worker and starts its heartbeat.
   *
   * @param poolId id of the graphile-worker pool that calls {@link serve}
   * @param slots number of queries that the pool runs at one time
   * @throws if the control database cannot be reached, UsageError if results cannot be kept where lanes want them
   */
  static async start(
    config: Config & { databaseUrl: string },
    poolId: string,
    slots: number,
    logger: Logger,
    owner: WorkerOwner,
  ): Promise<WorkerRuntime> {
    const identity: WorkerIdentity = {
      id: newId(),
      host: config.workerName,
      pid: process.pid,
      version,
      lanes: config.lanes ?? null,
      slots,
      poolId,
      leaseSeconds: config.leaseSeconds,
      supervisorPid: owner.supervisorPid,
    }
    const heart = await Heart.start(config.databaseUrl, identity, config.logLevel)
    owner.onRegistered(identity.id)
    const runtime = new WorkerRuntime(config, heart, slots, logger, owner)
    try {
      await checkStores(runtime.#context.results, { lanes: config.lanes, writes: true })
      await runtime.#begin()
      heart.on('drain', () => {
        if (!runtime.#draining) owner.onDrain()
      })
    } catch (error) {
      await runtime.close()
      throw error
    }
    logger.info({ worker: identity.id, lanes: identity.lanes, slots }, 'worker started')
    return runtime
  }

  async #begin(): Promise<void> {
    this.#heart.on('lost', () => {
      this.#figures.count('trust_lost')
      this.#context.runs.stopAll('untrusted')
      this.#context.connections.spoilAll()
    })
    this.#heart.on('trusted', () => this.#lookEverywhere())
    this.#heart.on('beat', (rssBytes) => {
      this.#duties.begin('look for strays', () => endStrays(this.#context))
      this.#recycling.weigh(rssBytes)
      if (this.#config.statistics) this.#heart.report(this.#readFigures())
    })
    this.#listener.on('notification', (channel, payload) => {
      if (channel === 'sluice_wake') this.#wake(payload)
      else if (channel === 'sluice_cancel') this.#lookForCancel(payload)
      else if (channel === 'sluice_lanes') this.#duties.ask('read the lanes', () => this.#readLanes())
    })
    this.#listener.on('resumed', () => {
      this.#duties.ask('look for cancels', () => this.#stopUnwanted())
      this.#duties.ask('read the lanes', () => this.#readLanes())
    })
    const pools = [this.#pool, this.#reserved.pool]
    this.#listener.on('standby', () => pools.forEach(endIdle))
    this.#listener.on('unreachable', () => pools.forEach(hurryAnswers))
    await this.#listener.start()
    await this.#reserved.open()
    if (this.#config.statistics) this.#lag = new NotifyLag(this.#pool, this.#listener)
    await this.#readLanes()
    const background = this.#duties.begin.bind(this.#duties)
    this.#duties.every(tendMs, 'tend', async () => {
      // After an outage it would declare itself dead before its own heartbeat is heard again.
      if (this.#heart.isTrusted) await tend({ ...this.#context, background })
    })
    this.#duties.every(cancelPollMs, 'look for cancels', async () => {
      this.#figures.count('cancels_by_poll', await this.#stopUnwanted())
    })
    if (this.#config.statistics) this.#duties.every(rollUpMs, 'count what has happened', () => this.#count())
  }

  /** Its id in sluice.workers. */
  get workerId(): string {
    return this.#heart.workerId
  }

  /** Serves a ticket; if every slot is busy it goes to another worker. */
  async serve(lane: string): Promise<void> {
    if (!(await this.#slots.serve(lane))) await addTicket(this.#pool, lane)
  }

  /** Stops claiming, lets running queries end however long they take, then has the worker shut down. */
  async retire(reason: string): Promise<void> {
    if (this.#draining) return
    this.#stopClaiming(reason)
    this.#owner.onLanes([])
    await this.#slots.settled()
    await this.#context.runs.empty()
    this.#owner.onDrain()
  }

  /**
   * Stops claiming, lets running queries end until the deadline, then cancels them at their
   * sources and puts them back into the queue. Resolves when nothing runs.
   */
  async drain(): Promise<void> {
    this.#stopClaiming('told to stop')
    const drainMs = this.#config.drainSeconds * 1000
    const deadline = setTimeout(() => this.interrupt(), drainMs - Math.min(interruptMs, drainMs / 4))
    await this.#slots.settled()
    await this.#context.runs.empty()
    clearTimeout(deadline)
  }

  /** Cancels what runs at its sources and puts it back into the queue, now. */
  interrupt(): void {
    this.#context.runs.stopAll('draining')
    // Without the control database there is nobody to give them back to.
    setTimeout(() => this.#closing.abort(new Error('The worker stops')), giveUpMs).unref()
  }

  /** Ends the worker; nothing may run any more. */
  async close(): Promise<void> {
    this.#duties.stop()
    this.#figures.close()
    await this.#lag?.close()
    // The listening connection still tells them if PostgreSQL is out of reach.
    await this.#duties.settled()
    await this.#listener.close()
    this.#context.connections.close()
    await this.#context.results.close()
    await Promise.all([this.#pool.end(), this.#reserved.close()])
    await this.#heart.stop()
    this.#logger.info('worker stopped')
  }

  #readFigures(): WorkerFigures {
    return this.#figures.read(this.#pool, this.#lag, this.#context.connections.size)
  }

  #stopClaiming(reason: string): void {
    if (this.#draining) return
    this.#draining = true
    const left = this.#slots.stop()
    this.#logger.info({ reason, running: this.#context.runs.size }, 'draining')
    this.#duties.begin('mark the worker as draining', () => markDraining(this.#pool, this.#heart.workerId, reason))
    for (const lane of left) this.#duties.begin('hand a lane on', () => addTicket(this.#pool, lane))
  }

  #wake(lane: string): void {
    if (this.#lanes.includes(lane)) this.#slots.look(lane)
  }

  async #claim(lane: string, want: number, byTicket: boolean): Promise<Claim[]> {
    if (!this.#heart.isTrusted) return []
    const claims = await claim(this.#pool, this.#heart.workerId, lane, want, byTicket)
    this.#figures.count('claims')
    this.#figures.count('claimed_queries', claims.length)
    if (byTicket) this.#figures.count('claimed_by_ticket', claims.length)
    return claims
  }

  async #count(): Promise<void> {
    if (!this.#draining) await rollUpIfDue(this.#pool)
  }

  /** Anybody who may connect can notify: what is to be stopped stands in the database. */
  #lookForCancel(queryId: string): void {
    if (this.#context.runs.has(queryId)) this.#duties.ask('look for cancels', () => this.#stopUnwanted())
  }

  /** Stops what is canceled, or has lost its lease; the number of those canceled. */
  async #stopUnwanted(): Promise<number> {
    const runs = this.#context.runs.list()
    if (runs.length === 0) return 0
    let canceled = 0
    for (const { token, why } of await findUnwanted(this.#reserved.pool, runs)) {
      if (this.#context.runs.stopRun(token, why) && why === 'canceled') canceled++
    }
    return canceled
  }

  /** Reads which lanes there are to serve, and looks at each: something may wait in it since before. */
  async #readLanes(): Promise<void> {
    this.#s3Thresholds = await s3Thresholds(this.#pool)
    this.#lanes = this.#config.lanes ?? [...this.#s3Thresholds.keys()].sort()
    if (this.#draining) return
    this.#owner.onLanes(this.#lanes)
    this.#lookEverywhere()
  }

  #lookEverywhere(): void {
    for (const lane of this.#lanes) this.#slots.look(lane)
  }
}
