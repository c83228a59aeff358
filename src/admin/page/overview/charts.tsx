import { useMemo, type ReactNode } from 'react'
import type { Series } from '../api/types.generated.ts'
import { formatBytes, formatCompact, formatShare } from '../formats/numbers.ts'
import { formatDuration } from '../formats/times.ts'
import { Card } from '../parts/card.tsx'
import { Chart, type ChartSeries } from '../parts/chart.tsx'

type Point = Series['points'][number]

const ends = [
  { label: 'Succeeded', colour: '--good', of: ({ succeeded }: Point) => succeeded },
  { label: 'Failed', colour: '--bad', of: ({ failed }: Point) => failed },
  { label: 'Timed out', colour: '--warn', of: ({ timed_out: timedOut }: Point) => timedOut },
  { label: 'Canceled', colour: '--idle', of: ({ canceled }: Point) => canceled },
]
const load = [
  { label: 'Waiting', colour: '--warn', of: ({ waiting }: Point) => waiting },
  { label: 'Running', colour: '--accent', of: ({ running }: Point) => running },
]
const shares = [
  { share: 'p50', label: 'Half', colour: '--good' },
  { share: 'p95', label: '95 %', colour: '--accent' },
  { share: 'p99', label: '99 %', colour: '--bad' },
] as const
const runTimes = shares.map(({ share, label, colour }) => ({
  label,
  colour,
  of: (point: Point) => point.run_ms[share],
}))
const waits = shares.map(({ share, label, colour }) => ({ label, colour, of: (point: Point) => point.wait_ms[share] }))
const failures = [{ label: 'Failed or timed out', colour: '--bad', of: failureRate }]
const stored = [
  { label: 'Results', colour: '--accent', of: (point: Point) => point.results_bytes },
  { label: 'Whole database', colour: '--idle', of: (point: Point) => point.database_bytes },
]

const charts = [
  { title: 'Queries that ended', kind: 'bars', lines: ends, format: formatCompact },
  { title: 'Waiting and running, at most', kind: 'lines', lines: load, format: formatCompact },
  { title: 'Run time', kind: 'lines', lines: runTimes, format: formatDuration },
  { title: 'Wait for a slot', kind: 'lines', lines: waits, format: formatDuration },
  { title: 'Failure rate', kind: 'lines', lines: failures, format: formatShare },
  { title: 'Storage', kind: 'lines', lines: stored, format: formatBytes },
] as const

/** Of those that ended; null if none did. */
function failureRate({ succeeded, failed, canceled, timed_out: timedOut }: Point): number | null {
  const ended = succeeded + failed + canceled + timedOut
  return ended === 0 ? null : (failed + timedOut) / ended
}

type Kind = (typeof charts)[number]

/** How it went over the chosen window. */
export function Charts({ series }: { series: Series }) {
  return (
    <div className="charts">
      {charts.map((kind) => (
        <Card key={kind.title} title={kind.title}>
          <SeriesChart series={series} of={kind} />
        </Card>
      ))}
    </div>
  )
}

/** What was stored over the chosen window. */
export function StorageChart({ series, aside }: { series: Series; aside: ReactNode }) {
  const kind = charts.find(({ lines }) => lines === stored)!
  return (
    <Card title="Over time" aside={aside}>
      <SeriesChart series={series} of={kind} />
    </Card>
  )
}

function SeriesChart({ series: { points, step_seconds: stepSeconds }, of: kind }: { series: Series; of: Kind }) {
  const { title, lines, format } = kind
  const times = useMemo(() => points.map(({ at }) => new Date(at).getTime() / 1000), [points])
  const drawn = useMemo(
    () =>
      lines.map(({ label, colour, of }): ChartSeries => ({ label, colour, values: points.map((point) => of(point)) })),
    [points, lines],
  )
  return <Chart label={title} times={times} series={drawn} kind={kind.kind} stepSeconds={stepSeconds} format={format} />
}
