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

/** What has become of fires since they are counted. */
export interface FireTotals {
  submitted: number
  skipped: number
  /** Nominal times that a misfire policy left out. */
  missed: number
  refused: number
  /** Their queries, by how these ended. */
  succeeded: number
  failed: number
  canceled: number
  timed_out: number
  /** From nominal time to submission: sum in ms, and counts by the bounds of sluice.histogram_bounds(). */
  late_ms: number
  late: number[]
}

/** The beat, and what it sees to. */
export interface BeatReading {
  /** Since it last went through what is due; null: it never has. */
  age_seconds: number | null
  /** How often a worker took it. */
  terms: number
  schedules: { active: number; paused: number; broken: number }
  /** By how much the schedule is late that is due the longest; 0: none is. */
  overdue_seconds: number
  /** Fires that wait for the end of an earlier query, or for room in their lane. */
  waiting: number
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
  beat: BeatReading
  fires: FireTotals
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
        (
          select json_build_object(
            'age_seconds', extract(epoch from clock_timestamp() - ticked_at)::double precision,
            'terms', term,
            'schedules', (
              select json_build_object(
                'active', count(*) filter (where problem is null and not paused),
                'paused', count(*) filter (where paused),
                'broken', count(*) filter (where problem is not null and not paused))
              from sluice.schedules),
            'overdue_seconds', (
              select greatest(0, coalesce(extract(epoch from clock_timestamp() - min(next_fires[1])), 0))::double precision
              from sluice.schedules where not paused and problem is null),
            'waiting', (select count(*) from sluice.fires where outcome = 'waiting'))
          from sluice.beat
        ) as beat,
        (
          select json_build_object(
            'submitted', coalesce(sum(submitted), 0), 'skipped', coalesce(sum(skipped), 0),
            'missed', coalesce(sum(missed), 0), 'refused', coalesce(sum(refused), 0),
            'succeeded', coalesce(sum(succeeded), 0), 'failed', coalesce(sum(failed), 0),
            'canceled', coalesce(sum(canceled), 0), 'timed_out', coalesce(sum(timed_out), 0),
            'late_ms', coalesce(sum(late_ms), 0), 'late', to_json(sluice.sum_counts(late)))
          from sluice.fire_totals
        ) as fires,
        stored.results_bytes, stored.database_bytes,
        (select max(store_latency_seconds) from sluice.beat) as store_latency_seconds,
        (select count(*)::integer from sluice.alerts where fired_at is not null and resolved_at is null) as alerts_firing
      from (select) one
      left join lateral (select * from sluice.statistics_storage order by minute desc limit 1) stored on true`,
  })
  return rows[0]!
}
