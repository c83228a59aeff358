import type pg from 'pg'

/** Percentiles in ms; null where there is nothing to count. */
export interface Percentiles {
  p50: number | null
  p95: number | null
  p99: number | null
}

/** The load of a lane now, as sluice.lanes_live shows it. */
export interface LaneLoad {
  lane: string
  paused: boolean
  concurrency: number
  running: number
  waiting: number
  scheduled: number
  oldest_wait_seconds: number
  slots: number
}

/** How things stand, in one answer. */
export interface Overview {
  at: Date
  /** What happened before this moment is in the statistics; null: they have not begun. */
  counted_until: Date | null
  waiting: number
  scheduled: number
  running: number
  oldest_wait_seconds: number
  lanes: LaneLoad[]
  workers: { alive: number; draining: number; silent: number; slots: number; busy: number }
  last: {
    seconds: number
    submitted: number
    succeeded: number
    failed: number
    canceled: number
    timed_out: number
    /** Share of what ended that failed or timed out, 0 to 1; null: nothing ended. */
    failure_rate: number | null
    rows: number
    bytes: number
    wait_ms: Percentiles
    run_ms: Percentiles
  }
  storage: { results_bytes: number | null; database_bytes: number | null; looked_at: Date | null }
}

const recentMinutes = 5

/** Reads how things stand, by views and statistics alone; one statement. */
export async function readOverview(views: pg.Pool): Promise<Overview> {
  const { rows } = await views.query<{
    at: Date
    counted_until: Date | null
    lanes: LaneLoad[]
    workers: Overview['workers']
    last: Omit<Overview['last'], 'seconds' | 'failure_rate'>
    results_bytes: number | null
    database_bytes: number | null
    looked_at: Date | null
  }>({
    name: 'overview',
    text: `
      with recent as (
        select
          coalesce(sum(submitted), 0) as submitted, coalesce(sum(succeeded), 0) as succeeded,
          coalesce(sum(failed), 0) as failed, coalesce(sum(canceled), 0) as canceled,
          coalesce(sum(timed_out), 0) as timed_out, coalesce(sum(rows), 0) as rows,
          coalesce(sum(raw_bytes), 0) as bytes
        from sluice.statistics_minutes where minute > now() - make_interval(mins => $1)
      ),
      spread as (
        select
          array_agg(values order by bucket) filter (where kind = 'wait') as waits,
          array_agg(values order by bucket) filter (where kind = 'run') as runs
        from (
          select kind, bucket, sum(value)::bigint as values
          from sluice.statistics_minutes
          cross join lateral (
            select 'wait' as kind, * from unnest(waits) with ordinality as each (value, bucket)
            union all
            select 'run', * from unnest(runs) with ordinality as each (value, bucket)
          ) each
          where minute > now() - make_interval(mins => $1)
          group by kind, bucket
        ) counted
      )
      select
        now() as at,
        (select nullif(counted_until, '-infinity') from sluice.statistics_state) as counted_until,
        (
          select json_agg(json_build_object(
            'lane', lane, 'paused', paused, 'concurrency', concurrency, 'running', running, 'waiting', waiting,
            'scheduled', scheduled, 'oldest_wait_seconds', oldest_wait_seconds, 'slots', slots) order by lane)
          from sluice.lanes_live
        ) as lanes,
        (
          select json_build_object(
            'alive', count(*) filter (where status = 'alive'), 'draining', count(*) filter (where status = 'draining'),
            'silent', count(*) filter (where status = 'silent'),
            'slots', coalesce(sum(slots) filter (where status = 'alive'), 0),
            'busy', coalesce(sum(busy) filter (where status in ('alive', 'draining')), 0))
          from sluice.workers_live where status <> 'stopped'
        ) as workers,
        (
          select json_build_object(
            'submitted', submitted, 'succeeded', succeeded, 'failed', failed, 'canceled', canceled,
            'timed_out', timed_out, 'rows', rows, 'bytes', bytes,
            'wait_ms', json_build_object(
              'p50', sluice.histogram_quantile(waits, 0.5), 'p95', sluice.histogram_quantile(waits, 0.95),
              'p99', sluice.histogram_quantile(waits, 0.99)),
            'run_ms', json_build_object(
              'p50', sluice.histogram_quantile(runs, 0.5), 'p95', sluice.histogram_quantile(runs, 0.95),
              'p99', sluice.histogram_quantile(runs, 0.99)))
          from recent, spread
        ) as last,
        stored.results_bytes, stored.database_bytes, stored.minute as looked_at
      from (select) one
      left join lateral (select * from sluice.statistics_storage order by minute desc limit 1) stored on true`,
    values: [recentMinutes],
  })
  const { at, counted_until, lanes, workers, last, ...storage } = rows[0]!
  const sum = (of: 'waiting' | 'scheduled' | 'running'): number => lanes.reduce((total, lane) => total + lane[of], 0)
  const ended = last.succeeded + last.failed + last.canceled + last.timed_out
  return {
    at,
    counted_until,
    waiting: sum('waiting'),
    scheduled: sum('scheduled'),
    running: sum('running'),
    oldest_wait_seconds: Math.max(0, ...lanes.map((lane) => lane.oldest_wait_seconds)),
    lanes,
    workers,
    last: {
      seconds: recentMinutes * 60,
      ...last,
      failure_rate: ended === 0 ? null : (last.failed + last.timed_out) / ended,
    },
    storage,
  }
}
