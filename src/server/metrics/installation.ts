import type { Registry } from 'prom-client'
import type { LaneTotals, MetricsReading } from '../../queries/metrics.ts'
import type { LaneLoad } from '../../queries/overview.ts'
import { isTerminal, states } from '../../queries/states.ts'
import { addBeatMetrics } from './beat.ts'
import { addFamily, coarseHistogram, total, type Sample } from './family.ts'

/**
 * Adds what is told of the whole installation; each server tells the same.
 *
 * @param read undefined while it cannot be read: then nothing is told
 */
export function addInstallationMetrics(registry: Registry, read: () => Promise<MetricsReading | undefined>): void {
  const add = (
    type: 'counter' | 'gauge' | 'histogram',
    name: string,
    help: string,
    samples: (reading: MetricsReading) => Sample[],
  ): void =>
    addFamily(registry, type, name, help, async () => {
      const reading = await read()
      return reading === undefined ? [] : samples(reading)
    })
  const ofLanes = (name: string, help: string, value: (lane: LaneLoad) => number): void =>
    add('gauge', name, help, ({ lanes }) => lanes.map((lane) => ({ labels: { lane: lane.lane }, value: value(lane) })))
  const totals = (name: string, help: string, value: (totals: LaneTotals) => number): void =>
    add('counter', name, help, (reading) =>
      reading.totals.map((each) => ({ labels: { lane: each.lane }, value: value(each) })),
    )
  const spread = (name: string, help: string, counts: 'waits' | 'runs', sumOf: 'wait_ms' | 'run_ms'): void =>
    add('histogram', name, help, (reading) =>
      reading.totals.flatMap((each) =>
        coarseHistogram(name, { lane: each.lane }, reading.bounds, each[counts], each[sumOf]),
      ),
    )
  const single = (name: string, help: string, value: (reading: MetricsReading) => number | null): void =>
    add('gauge', name, help, (reading) => {
      const known = value(reading)
      return known === null ? [] : [{ value: known }]
    })

  single(
    'sluice_statistics_age_seconds',
    'What happened longer ago than that is in the counters of lanes.',
    (reading) => reading.statistics_age_seconds,
  )
  ofLanes('sluice_lane_waiting', 'Queries that wait for a slot: the depth of the lane.', (lane) => lane.waiting)
  ofLanes('sluice_lane_scheduled', 'Queries that wait for their run_at.', (lane) => lane.scheduled)
  ofLanes('sluice_lane_running', 'Queries that run.', (lane) => lane.running)
  ofLanes(
    'sluice_lane_oldest_wait_seconds',
    'How long the one has waited for a slot that has waited longest.',
    (lane) => lane.oldest_wait_seconds,
  )
  ofLanes('sluice_lane_concurrency', 'Most queries of the lane that run at one time.', (lane) => lane.concurrency)
  ofLanes('sluice_lane_slots', 'Slots of the workers that serve the lane.', (lane) => lane.slots)
  ofLanes('sluice_lane_paused', '1: nothing of the lane is started.', (lane) => Number(lane.paused))

  totals('sluice_queries_submitted_total', 'Queries accepted.', (lane) => lane.submitted)
  totals('sluice_runs_started_total', 'Runs started.', (lane) => lane.claimed)
  totals('sluice_runs_interrupted_total', 'Runs put back by a worker that stopped.', (lane) => lane.interrupted)
  totals('sluice_runs_reaped_total', 'Runs taken away from a worker that had died.', (lane) => lane.reaped)
  totals('sluice_result_rows_total', 'Rows of results.', (lane) => lane.rows)
  totals('sluice_result_bytes_total', 'Bytes of results, before compression.', (lane) => lane.raw_bytes)
  add(
    'counter',
    'sluice_lane_queries_ended_total',
    'Queries by how they ended, from 0 on: for rates.',
    ({ lanes, outcomes }) => {
      const names = new Set([...lanes, ...outcomes].map(({ lane }) => lane))
      return [...names].toSorted().flatMap((lane) =>
        states.filter(isTerminal).map((state) => ({
          labels: { lane, state },
          value: total(
            outcomes.filter((each) => each.lane === lane && each.state === state).map((each) => each.queries),
          ),
        })),
      )
    },
  )
  add('counter', 'sluice_queries_ended_total', 'Queries by how they ended.', ({ outcomes }) =>
    outcomes.map(({ lane, state, code, queries }) => ({ labels: { lane, state, code }, value: queries })),
  )
  spread('sluice_query_wait_seconds', 'Waits of ended queries, to their last claim.', 'waits', 'wait_ms')
  spread('sluice_query_run_seconds', 'Runs of ended queries, from their last claim.', 'runs', 'run_ms')

  add('gauge', 'sluice_workers', 'Workers that have not stopped.', ({ workers }) =>
    (['alive', 'draining', 'silent'] as const).map((status) => ({
      labels: { status },
      value: workers.filter((worker) => worker.status === status).length,
    })),
  )
  addBeatMetrics(add)

  single('sluice_results_bytes', 'Bytes on disk of stored results, with their indexes.', (r) => r.results_bytes)
  single('sluice_database_bytes', 'Bytes on disk of the control database.', (r) => r.database_bytes)
  single(
    'sluice_store_latency_seconds',
    'How long the beat waits for a commit, as a moving mean.',
    (r) => r.store_latency_seconds,
  )
  single('sluice_alerts_firing', "Alerts of Sluice's own rules that fire.", (r) => r.alerts_firing)
}
