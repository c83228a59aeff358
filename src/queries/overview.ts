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
  beat: {
    /** Null: nobody has ever held it. */
    worker_id: string | null
    /** When it last went through all that is due; null: never. */
    ticked_at: Date | null
    /** Within the last 10 seconds. */
    alive: boolean
  }
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

/** That of the view. */
const recentSeconds = 300

/** Columns of percentiles, as sluice.overview and sluice.series have them. */
export type PercentileColumns = Record<`${'wait' | 'run'}_ms_p${50 | 95 | 99}`, number | null>

/** Percentiles that a row holds as columns, such as `wait_ms_p50`. */
export function percentilesOf(row: PercentileColumns, of: 'wait' | 'run'): Percentiles {
  return { p50: row[`${of}_ms_p50`], p95: row[`${of}_ms_p95`], p99: row[`${of}_ms_p99`] }
}

type OverviewRow = PercentileColumns &
  Omit<Overview['last'], 'seconds' | 'wait_ms' | 'run_ms'> & {
    results_bytes: number | null
    database_bytes: number | null
    beat_worker_id: string | null
  }

/** Reads how things stand, by views alone; one statement. */
export async function readOverview(views: pg.Pool): Promise<Overview> {
  const { rows } = await views.query<{
    at: Date
    counted_until: Date | null
    looked_at: Date | null
    beat_ticked_at: Date | null
    beat_is_alive: boolean
    lanes: LaneLoad[]
    workers: Overview['workers']
    overview: OverviewRow
  }>({
    name: 'overview',
    text: `
      select
        at, counted_until, looked_at, to_json(overview) as overview, beat_ticked_at,
        coalesce(beat_ticked_at > at - interval '10 seconds', false) as beat_is_alive,
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
        ) as workers
      from sluice.overview`,
  })
  const { at, counted_until, looked_at, beat_ticked_at, beat_is_alive, lanes, workers, overview } = rows[0]!
  const sum = (of: 'waiting' | 'scheduled' | 'running'): number => lanes.reduce((total, lane) => total + lane[of], 0)
  const { submitted, succeeded, failed, canceled, timed_out, failure_rate } = overview
  return {
    at,
    counted_until,
    waiting: sum('waiting'),
    scheduled: sum('scheduled'),
    running: sum('running'),
    oldest_wait_seconds: Math.max(0, ...lanes.map((lane) => lane.oldest_wait_seconds)),
    lanes,
    workers,
    beat: { worker_id: overview.beat_worker_id, ticked_at: beat_ticked_at, alive: beat_is_alive },
    last: {
      seconds: recentSeconds,
      submitted,
      succeeded,
      failed,
      canceled,
      timed_out,
      failure_rate,
      rows: overview.rows,
      bytes: overview.bytes,
      wait_ms: percentilesOf(overview, 'wait'),
      run_ms: percentilesOf(overview, 'run'),
    },
    storage: { results_bytes: overview.results_bytes, database_bytes: overview.database_bytes, looked_at },
  }
}
