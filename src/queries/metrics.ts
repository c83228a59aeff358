import type pg from 'pg'
import type { LaneLoad } from './overview.ts'
import type { WorkerFigures } from './workerFigures.ts'

/** What has happened in a lane since statistics are kept. */
export interface LaneTotals {
  lane: string
  submitted: number
  claimed: number
  interrupted: number
  reaped: number
  rows: number
  raw_bytes: number
  /** Sums in ms. */
  wait_ms: number
  run_ms: number
  /** Counts by the bounds of sluice.histogram_bounds(). */
  waits: number[]
  runs: number[]
}

/** A worker that has not stopped. */
export interface WorkerReading {
  id: string
  host: string
  status: 'alive' | 'draining' | 'silent'
  slots: number
  busy: number
  rss_bytes: number | null
  heartbeat_age_seconds: number
  /** Empty: it has not told yet, or counts nothing. */
  stats: Partial<WorkerFigures>
}

/** Everything that /metrics tells of the whole installation. */
export interface MetricsReading {
  /** Age of the statistics; null: they have not begun. */
  statistics_age_seconds: number | null
  /** Bounds between the buckets of histograms, in ms. */
  bounds: number[]
  lanes: LaneLoad[]
  totals: LaneTotals[]
  outcomes: { lane: string; state: string; code: string; queries: number }[]
  workers: WorkerReading[]
  results_bytes: number | null
  database_bytes: number | null
  store_latency_seconds: number | null
  alerts_firing: number
}

/** Reads what /metrics tells of the whole installation, from views and statistics; one statement. */
export async function readMetrics(views: pg.Pool): Promise<MetricsReading> {
  const { rows } = await views.query<MetricsReading>({
    name: 'metrics',
    text: `
      select
        (
          select extract(epoch from now() - nullif(counted_until, '-infinity'))::double precision
          from sluice.statistics_state
        ) as statistics_age_seconds,
        to_json(sluice.histogram_bounds()) as bounds,
        coalesce((select json_agg(to_jsonb(l) order by lane) from sluice.lanes_live l), '[]') as lanes,
        coalesce((select json_agg(to_jsonb(t) order by lane) from sluice.statistics_totals t), '[]') as totals,
        coalesce((
          select json_agg(to_jsonb(o) order by lane, state, code) from sluice.statistics_outcomes o
        ), '[]') as outcomes,
        coalesce((
          select json_agg(jsonb_build_object(
            'id', id, 'host', host, 'status', status, 'slots', workers_live.slots, 'busy', busy,
            'rss_bytes', workers_live.rss_bytes, 'heartbeat_age_seconds', heartbeat_age_seconds,
            'stats', workers.stats) order by id)
          from sluice.workers_live join sluice.workers using (id, host)
          where status <> 'stopped'
        ), '[]') as workers,
        stored.results_bytes, stored.database_bytes,
        (select max(store_latency_seconds) from sluice.beat) as store_latency_seconds,
        (select count(*)::integer from sluice.alerts where fired_at is not null and resolved_at is null) as alerts_firing
      from (select) one
      left join lateral (select * from sluice.statistics_storage order by minute desc limit 1) stored on true`,
  })
  return rows[0]!
}
