import { newId } from '../newId.ts'
import type pg from 'pg'
import type { Config } from '../config.ts'
import { Listener } from '../db/listener.ts'
import { createControlPool } from '../db/pool.ts'
import type { Logger } from '../log.ts'
import { findUnwanted } from '../queries/cancel.ts'
import { claim } from '../queries/claim.ts'
import { createFinisher } from '../queries/finish.ts'
import { addTicket, s3Thresholds, wakeStaleLanes } from '../queries/lanes.ts'
import { heartbeat, markDraining, markStopped, reap, registerWorker, type WorkerIdentity } from '../queries/workers.ts'
import { checkStores } from '../results/checkStores.ts'
import { createStores } from '../results/stores.ts'
import { SourceConnections } from '../sources/connections.ts'
import { SourceRegistry } from '../sources/registry.ts'
import { version } from '../version.ts'
import { ActiveRuns } from './activeRuns.ts'
import { runQuery, type RunContext } from './runQuery.ts'
import { Slots } from './slots.ts'

const heartbeatMs = 5_000
/** Back-stop for a cancel whose notification was lost. */
const cancelPollMs = 1_000

/** Called with the lanes that the worker serves, whenever these change. */
export type OnLanes = (lanes: string[]) => void

/**
 * One worker process: its name in the database, its connections, and the slots that serve
 * lanes. graphile-worker decides when a slot looks; what it then does is decided here.
 */
export class WorkerRuntime {
  readonly #config: Config
  readonly #logger: Logger
  readonly #pool: pg.Pool
  readonly #listener: Listener
  readonly #context: RunContext
  readonly #slots: Slots
  #lanes: string[] = []
  readonly #onLanes: OnLanes
  #identity: WorkerIdentity
  #s3Thresholds = new Map<string, number | null>()
  #timers: NodeJS.Timeout[] = []
  #draining = false

  private constructor(
    config: Config & { databaseUrl: string },
    poolId: string,
    slots: number,
    logger: Logger,
    onLanes: OnLanes,
  ) {
    this.#config = config
    this.#logger = logger
    this.#onLanes = onLanes
    const connectionString = config.databaseUrl
    this.#pool = createControlPool({
      connectionString,
      max: config.controlConnections,
      applicationName: 'sluice worker',
      asynchronousCommit: true,
      logger,
    })
    this.#listener = new Listener({
      connectionString,
      applicationName: 'sluice worker (listen)',
      channels: ['sluice_wake', 'sluice_cancel', 'sluice_lanes'],
      logger,
    })
    this.#identity = {
      id: newId(),
      host: config.workerName,
      pid: process.pid,
      version,
      lanes: config.lanes ?? null,
      slots,
      poolId,
    }
    this.#context = {
      pool: this.#pool,
      results: createStores(this.#pool, config.s3),
      s3AboveBytes: (lane) => this.#s3Thresholds.get(lane) ?? null,
      sources: new SourceRegistry(this.#pool),
      connections: new SourceConnections(),
      finisher: createFinisher(this.#pool),
      runs: new ActiveRuns(),
      logger,
    }
    this.#slots = new Slots({
      slots,
      claim: (lane, want, byTicket) => claim(this.#pool, this.#identity.id, lane, want, byTicket),
      run: (next) => runQuery(this.#context, next),
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
    onLanes: OnLanes,
  ): Promise<WorkerRuntime> {
    const runtime = new WorkerRuntime(config, poolId, slots, logger, onLanes)
    await runtime.#checkStores()
    await registerWorker(runtime.#pool, runtime.#identity)
    runtime.#listener.on('notification', (channel, payload) => {
      if (channel === 'sluice_wake') runtime.#wake(payload)
      else if (channel === 'sluice_cancel') runtime.#context.runs.stopQuery(payload, 'canceled')
      else runtime.#background('read the lanes', () => runtime.#readLanes())
    })
    runtime.#listener.on('resumed', () => {
      runtime.#background('look for cancels', () => runtime.#stopUnwanted())
      runtime.#background('read the lanes', () => runtime.#readLanes())
    })
    await runtime.#listener.start()
    await runtime.#readLanes()
    runtime.#every(heartbeatMs, 'beat', () => runtime.#beat())
    runtime.#every(cancelPollMs, 'look for cancels', () => runtime.#stopUnwanted())
    logger.info({ worker: runtime.#identity.id, lanes: runtime.#identity.lanes, slots }, 'worker started')
    return runtime
  }

  /** Serves a ticket; if every slot is busy it goes to another worker. */
  async serve(lane: string): Promise<void> {
    if (!(await this.#slots.serve(lane))) await addTicket(this.#pool, lane)
  }

  /**
   * Stops claiming, lets running queries end until the deadline, then cancels them at their
   * sources and puts them back into the queue. Resolves when nothing runs.
   */
  async drain(): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    const left = this.#slots.stop()
    this.#logger.info({ running: this.#context.runs.size }, 'draining')
    this.#background('mark the worker as draining', () => markDraining(this.#pool, this.#identity.id))
    for (const lane of left) this.#background('hand a lane on', () => addTicket(this.#pool, lane))
    const deadline = setTimeout(() => this.#context.runs.stopAll('draining'), this.#config.drainSeconds * 1000)
    await this.#context.runs.empty()
    clearTimeout(deadline)
  }

  /** Cancels what runs at its sources and puts it back into the queue, now. */
  interrupt(): void {
    this.#context.runs.stopAll('draining')
  }

  /** Ends the worker; nothing may run any more. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#listener.close()
    this.#context.connections.close()
    this.#context.results.close()
    await markStopped(this.#pool, this.#identity.id).catch((error: unknown) =>
      this.#logger.warn({ err: error }, 'could not mark the worker as stopped'),
    )
    await this.#pool.end()
    this.#logger.info('worker stopped')
  }

  #wake(lane: string): void {
    if (this.#lanes.includes(lane)) this.#slots.look(lane)
  }

  async #checkStores(): Promise<void> {
    const { results } = this.#context
    try {
      await checkStores(results, { lanes: this.#config.lanes, writes: true })
    } catch (error) {
      results.close()
      await this.#pool.end()
      throw error
    }
  }

  async #beat(): Promise<void> {
    if (!(await heartbeat(this.#pool, this.#identity.id))) {
      this.#logger.error({ worker: this.#identity.id }, 'declared dead by another worker; starting over under a new id')
      this.#context.runs.stopAll('lease_lost')
      this.#identity = { ...this.#identity, id: newId() }
      await registerWorker(this.#pool, this.#identity)
    }
    const reaped = await reap(this.#pool)
    if (reaped > 0)
      this.#logger.warn({ reaped }, 'ended or took over queries of dead workers or past their queue timeout')
    await wakeStaleLanes(this.#pool)
  }

  async #stopUnwanted(): Promise<void> {
    const runs = this.#context.runs.list()
    if (runs.length === 0) return
    for (const { token, why } of await findUnwanted(this.#pool, runs)) this.#context.runs.stopRun(token, why)
  }

  /** Reads which lanes there are to serve, and looks at each: something may wait in it since before. */
  async #readLanes(): Promise<void> {
    this.#s3Thresholds = await s3Thresholds(this.#pool)
    this.#lanes = this.#config.lanes ?? [...this.#s3Thresholds.keys()].sort()
    this.#onLanes(this.#lanes)
    for (const lane of this.#lanes) this.#slots.look(lane)
  }

  /** Repeats a duty; one that is still busy is not started again. */
  #every(intervalMs: number, what: string, duty: () => Promise<void>): void {
    let busy = false
    this.#timers.push(
      setInterval(() => {
        if (busy) return
        busy = true
        this.#background(what, () => duty().finally(() => (busy = false)))
      }, intervalMs),
    )
  }

  #background(what: string, duty: () => Promise<unknown>): void {
    duty().catch((error: unknown) => this.#logger.warn({ err: error }, `could not ${what}; it is tried again`))
  }
}
