import type { Registry } from 'prom-client'
import type { WorkerReading } from '../../queries/metrics.ts'
import { storeWriteBounds } from '../../queries/workerFigures.ts'
import { addFamily, histogramSamples, type Sample } from './family.ts'

/** Adds what workers tell of themselves with their heartbeats, so that nobody need scrape them. */
export function addWorkerMetrics(registry: Registry, read: () => Promise<WorkerReading[]>): void {
  const add = (
    type: 'counter' | 'gauge' | 'histogram',
    name: string,
    help: string,
    samples: (worker: WorkerReading, labels: { worker: string; host: string }) => Sample[],
  ): void =>
    addFamily(registry, type, name, help, async () =>
      (await read()).flatMap((worker) => samples(worker, { worker: worker.id, host: worker.host })),
    )
  const each = (
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    value: (worker: WorkerReading) => number | null | undefined,
  ): void =>
    add(type, name, help, (worker, labels) => {
      const known = value(worker) ?? undefined
      return known === undefined ? [] : [{ labels, value: known }]
    })

  const writes = (
    name: string,
    help: string,
    counts: 'store_writes' | 's3_writes',
    sum: 'store_write_seconds' | 's3_write_seconds',
  ): void =>
    add('histogram', name, help, ({ stats }, labels) =>
      stats[counts] === undefined
        ? []
        : histogramSamples(name, labels, storeWriteBounds, stats[counts], stats[sum] ?? 0),
    )

  each('gauge', 'sluice_worker_slots', 'Queries that it runs at one time.', ({ slots }) => slots)
  each('gauge', 'sluice_worker_busy', 'Queries that it runs now.', ({ busy }) => busy)
  each('gauge', 'sluice_worker_resident_memory_bytes', 'Its memory.', (worker) => worker.rss_bytes)
  each('gauge', 'sluice_worker_heartbeat_age_seconds', 'Since it was heard.', (worker) => worker.heartbeat_age_seconds)
  each('counter', 'sluice_worker_cpu_seconds_total', 'Time of processors.', ({ stats }) => stats.cpu_seconds)
  each(
    'counter',
    'sluice_worker_claims_total',
    'Looks for queries, also those that found none.',
    ({ stats }) => stats.claims,
  )
  each('counter', 'sluice_worker_claimed_queries_total', 'Queries that it took.', ({ stats }) => stats.claimed_queries)
  add(
    'counter',
    'sluice_worker_backstops_total',
    'Queries and cancels that a ticket or the poll found: no notification of them was heard.',
    ({ stats }, labels) =>
      stats.claims === undefined
        ? []
        : [
            { labels: { ...labels, kind: 'ticket' }, value: stats.claimed_by_ticket ?? 0 },
            { labels: { ...labels, kind: 'cancel' }, value: stats.cancels_by_poll ?? 0 },
          ],
  )
  each(
    'counter',
    'sluice_worker_leases_lost_total',
    'Runs whose lease became another worker’s.',
    ({ stats }) => stats.leases_lost,
  )
  each(
    'counter',
    'sluice_worker_trust_lost_total',
    'Times that it was not heard for nearly a lease.',
    ({ stats }) => stats.trust_lost,
  )
  writes('sluice_worker_store_write_seconds', 'Writes of chunks to PostgreSQL.', 'store_writes', 'store_write_seconds')
  writes('sluice_worker_s3_write_seconds', 'Requests that stored something in S3.', 's3_writes', 's3_write_seconds')
  each(
    'gauge',
    'sluice_worker_notify_lag_seconds',
    'What a notification takes to be heard.',
    ({ stats }) => stats.notify_lag_seconds,
  )
  each(
    'gauge',
    'sluice_worker_event_loop_lag_seconds',
    '99th percentile since its last heartbeat.',
    ({ stats }) => stats.event_loop_lag_seconds,
  )
  add(
    'gauge',
    'sluice_worker_pool_connections',
    'Connections to the control database; waiting: callers without one.',
    ({ stats }, labels) =>
      Object.entries(stats.pool ?? {}).map(([state, value]) => ({ labels: { ...labels, state }, value })),
  )
  each('gauge', 'sluice_worker_source_sessions', 'Sessions at sources.', ({ stats }) => stats.source_sessions)
}
