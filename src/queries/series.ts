import type pg from 'pg'
import { percentilesOf, type PercentileColumns, type Percentiles } from './overview.ts'

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
  const { rows } = await views.query<{ counted_until: Date | null; points: SeriesRow[] }>({
    name: 'series',
    text: `
      select
        (select counted_until from sluice.overview) as counted_until,
        (select json_agg(each order by at) from sluice.series($1, $2, $3) each) as points`,
    values: [seconds, stepSeconds, lane ?? null],
  })
  const { counted_until, points } = rows[0]!
  return { counted_until, points: points.map(pointOf) }
}

/** A row of sluice.series, as JSON. */
type SeriesRow = Omit<SeriesPoint, 'at' | 'wait_ms' | 'run_ms'> & PercentileColumns & { at: string }

function pointOf(row: SeriesRow): SeriesPoint {
  return {
    at: new Date(row.at),
    submitted: row.submitted,
    succeeded: row.succeeded,
    failed: row.failed,
    canceled: row.canceled,
    timed_out: row.timed_out,
    rows: row.rows,
    bytes: row.bytes,
    wait_ms: percentilesOf(row, 'wait'),
    run_ms: percentilesOf(row, 'run'),
    waiting: row.waiting,
    running: row.running,
    results_bytes: row.results_bytes,
    database_bytes: row.database_bytes,
  }
}
