/** Bounds between the buckets of a worker's writes to the store of results, in seconds. */
export const storeWriteBounds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** What a worker process has counted of itself since its start, as it stands in sluice.workers.stats. */
export interface WorkerFigures {
  claims: number
  claimed_queries: number
  /** Queries of claims that a ticket brought about: nobody had heard the notification. */
  claimed_by_ticket: number
  /** Cancels that the poll found: nobody had heard the notification. */
  cancels_by_poll: number
  leases_lost: number
  /** How often the worker could not be heard for nearly a lease. */
  trust_lost: number
  /** Chunks that were stored, by {@link storeWriteBounds}; one bucket more for what took longer. */
  store_writes: number[]
  store_write_seconds: number
  /** Requests that stored something in S3, by the same bounds. */
  s3_writes: number[]
  s3_write_seconds: number
  /** What such a request takes, as a moving mean; null: there was none for a minute. */
  s3_latency_seconds: number | null
  notify_lag_seconds: number | null
  /** 99 % of the delays of the event loop since the last heartbeat were at most so long. */
  event_loop_lag_seconds: number
  pool: { total: number; idle: number; waiting: number }
  source_sessions: number
  cpu_seconds: number
}
