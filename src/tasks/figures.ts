import { monitorEventLoopDelay } from 'node:perf_hooks'
import type pg from 'pg'
import type { NotifyLag } from '../db/notifyLag.ts'
import { storeWriteBounds, type WorkerFigures } from '../queries/workerFigures.ts'
import type { ChunkStore } from '../results/store.ts'

type Counter = 'claims' | 'claimed_queries' | 'claimed_by_ticket' | 'cancels_by_poll' | 'leases_lost' | 'trust_lost'

/** Older than this a latency tells nothing of now. */
const latencyKeptMs = 60_000
/** Share of the newest in a moving mean. */
const newestShare = 0.1

/** Writes by how long they took. */
class WriteTimes {
  readonly #buckets = Array.from({ length: storeWriteBounds.length + 1 }, () => 0)
  #seconds = 0
  #mean: number | undefined
  #lastAt = 0

  note(seconds: number): void {
    const bucket = storeWriteBounds.findIndex((bound) => seconds <= bound)
    this.#buckets[bucket === -1 ? storeWriteBounds.length : bucket]! += 1
    this.#seconds += seconds
    const before = this.latencySeconds
    this.#mean = before === null ? seconds : before + newestShare * (seconds - before)
    this.#lastAt = performance.now()
  }

  get buckets(): number[] {
    return [...this.#buckets]
  }

  get seconds(): number {
    return round(this.#seconds)
  }

  /** A moving mean; null: nothing was written for a minute. */
  get latencySeconds(): number | null {
    return this.#mean === undefined || performance.now() - this.#lastAt > latencyKeptMs ? null : round(this.#mean)
  }
}

/** Counts what a worker process does. */
export class Figures {
  readonly #counters: Record<Counter, number> = {
    claims: 0,
    claimed_queries: 0,
    claimed_by_ticket: 0,
    cancels_by_poll: 0,
    leases_lost: 0,
    trust_lost: 0,
  }
  readonly #storeWrites = new WriteTimes()
  readonly #s3Writes = new WriteTimes()
  readonly #eventLoop = monitorEventLoopDelay({ resolution: 20 })

  constructor() {
    this.#eventLoop.enable()
  }

  count(what: Counter, by = 1): void {
    this.#counters[what] += by
  }

  /** The same store, whose writes are timed. */
  timed(store: ChunkStore): ChunkStore {
    return {
      ...store,
      writer: (owner, head, repeat) => {
        const writer = store.writer(owner, head, repeat)
        return {
          finish: () => writer.finish(),
          abandon: () => writer.abandon(),
          add: async (chunk) => {
            const startedAt = performance.now()
            await writer.add(chunk)
            this.#storeWrites.note((performance.now() - startedAt) / 1000)
          },
        }
      },
    }
  }

  noteS3Write(seconds: number): void {
    this.#s3Writes.note(seconds)
  }

  /** What was counted so far, and how the process does since it was last asked. */
  read(pool: pg.Pool, lag: NotifyLag | undefined, sourceSessions: number): WorkerFigures {
    const { user, system } = process.cpuUsage()
    const eventLoopLag = this.#eventLoop.percentile(99) / 1e9
    this.#eventLoop.reset()
    return {
      ...this.#counters,
      store_writes: this.#storeWrites.buckets,
      store_write_seconds: this.#storeWrites.seconds,
      s3_writes: this.#s3Writes.buckets,
      s3_write_seconds: this.#s3Writes.seconds,
      s3_latency_seconds: this.#s3Writes.latencySeconds,
      notify_lag_seconds: lag?.seconds === undefined ? null : round(lag.seconds),
      event_loop_lag_seconds: round(eventLoopLag),
      pool: { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount },
      source_sessions: sourceSessions,
      cpu_seconds: round((user + system) / 1e6),
    }
  }

  close(): void {
    this.#eventLoop.disable()
  }
}

/** To the microsecond. */
function round(seconds: number): number {
  return Number.isFinite(seconds) ? Math.round(seconds * 1e6) / 1e6 : 0
}
