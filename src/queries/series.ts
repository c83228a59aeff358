import type pg from 'pg'
import type { Percentiles } from './overview.ts'

/** Windows of charts: how far back, and how much time a point stands for. */
export const windows = {
  '1h': { seconds: 3_600, stepSeconds: 60 },
  '24h': { seconds: 86_400, stepSeconds: 300 },
  '7d': { seconds: 604_800, stepSeconds: 3_600 },
} as const

export type Window = keyof typeof windows

/** What happened in one step of a window. */
export interface SeriesPoint {
  /** Start of the step. */
  at: Date
  submitted: number
  succeeded: number
  failed: number
  canceled: number
  timed_out: number
  rows: number
  bytes: number
  wait_ms: Percentiles
  run_ms: Percentiles
  /** The highest of the step; null: nobody looked. */
  waiting: number | null
  running: number | null
  results_bytes: number | null
  database_bytes: number | null
}

export interface Series {
  counted_until: Date | null
  points: SeriesPoint[]
}

/**
 * What happened in a window up to now, a point for every step, also the empty ones.
 *
 * @param lane undefined: all lanes together
 */
export async function readSeries(views: pg.Pool, window: Window, lane: string | undefined): Promise<Series> {
  const { seconds, stepSeconds } = windows[window]
  const { rows } = await views.query<{
    counted_until: Date | null
    points: (Omit<SeriesPoint, 'at'> & { at: string })[]
  }>({
    name: 'series',
    text: `
      with step as (
        select date_bin(make_interval(secs => $2), now(), 'epoch') - n * make_interval(secs => $2) as at
        from generate_series(0, $1::integer / $2::integer - 1) n
      ),
      since as (select min(at) as at from step),
      counted as (
        select date_bin(make_interval(secs => $2), minute, 'epoch') as at, sum(submitted) as submitted,
          sum(succeeded) as succeeded, sum(failed) as failed, sum(canceled) as canceled, sum(timed_out) as timed_out,
          sum(rows) as rows, sum(raw_bytes) as bytes
        from sluice.statistics_minutes, since
        where minute >= since.at and ($3::text is null or lane = $3)
        group by 1
      ),
      spread as (
        select at,
          array_agg(values order by bucket) filter (where kind = 'wait') as waits,
          array_agg(values order by bucket) filter (where kind = 'run') as runs
        from (
          select date_bin(make_interval(secs => $2), minute, 'epoch') as at, kind, bucket, sum(value)::bigint as values
          from since, sluice.statistics_minutes
          cross join lateral (
            select 'wait' as kind, * from unnest(waits) with ordinality as each (value, bucket)
            union all
            select 'run', * from unnest(runs) with ordinality as each (value, bucket)
          ) each
          where minute >= since.at and ($3::text is null or lane = $3)
          group by 1, 2, 3
        ) buckets
        group by at
      ),
      looked as (
        select date_bin(make_interval(secs => $2), minute, 'epoch') as at, max(waiting) as waiting, max(running) as running
        from (
          select minute, sum(waiting) as waiting, sum(running) as running
          from sluice.statistics_gauges, since
          where minute >= since.at and ($3::text is null or lane = $3)
          group by minute
        ) minutes
        group by 1
      ),
      stored as (
        select date_bin(make_interval(secs => $2), minute, 'epoch') as at, max(results_bytes) as results_bytes,
          max(database_bytes) as database_bytes
        from sluice.statistics_storage, since where minute >= since.at group by 1
      )
      select
        (select nullif(counted_until, '-infinity') from sluice.statistics_state) as counted_until,
        json_agg(json_build_object(
          'at', step.at, 'submitted', coalesce(submitted, 0), 'succeeded', coalesce(succeeded, 0),
          'failed', coalesce(failed, 0), 'canceled', coalesce(canceled, 0), 'timed_out', coalesce(timed_out, 0),
          'rows', coalesce(rows, 0), 'bytes', coalesce(bytes, 0),
          'wait_ms', json_build_object(
            'p50', sluice.histogram_quantile(waits, 0.5), 'p95', sluice.histogram_quantile(waits, 0.95),
            'p99', sluice.histogram_quantile(waits, 0.99)),
          'run_ms', json_build_object(
            'p50', sluice.histogram_quantile(runs, 0.5), 'p95', sluice.histogram_quantile(runs, 0.95),
            'p99', sluice.histogram_quantile(runs, 0.99)),
          'waiting', waiting, 'running', running, 'results_bytes', results_bytes, 'database_bytes', database_bytes
        ) order by step.at) as points
      from step
      left join counted using (at) left join spread using (at) left join looked using (at) left join stored using (at)`,
    values: [seconds, stepSeconds, lane ?? null],
  })
  const { counted_until, points } = rows[0]!
  return { counted_until, points: points.map((point) => Object.assign(point, { at: new Date(point.at) })) }
}
