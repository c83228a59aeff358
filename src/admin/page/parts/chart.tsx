import 'uplot/dist/uPlot.min.css'
import './chart.css'
import { useEffect, useMemo, useRef, useState } from 'react'
import UPlot from 'uplot'
import { chartOptions } from './chartOptions.ts'
import { useColours } from './useColours.ts'

/** A line, or bars that stand on those before them. */
export interface ChartSeries {
  label: string
  /** Name of a colour of the page: `--good`. */
  colour: string
  /** One for each time; null: there is none. */
  values: readonly (number | null)[]
}

export interface ChartProps {
  /** What it shows, for those who do not see it. */
  label: string
  /** Seconds since 1970, rising. */
  times: readonly number[]
  series: readonly ChartSeries[]
  /** `bars` stand on one another. */
  kind: 'lines' | 'bars'
  /** Length of a step, in seconds. */
  stepSeconds: number
  format: (value: number) => string
}

const heightPx = 176
const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** Values over time on a canvas, with those under the pointer told below. */
export function Chart({ label, times, series, kind, stepSeconds, format }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot>(null)
  const [pointed, setPointed] = useState<number>()
  const colours = useColours()
  const names = series.map((each) => `${each.label} ${each.colour}`).join()
  const formatter = useRef(format)
  useEffect(() => {
    formatter.current = format
  })
  const data = useMemo(() => toData(times, series, kind), [times, series, kind])
  const latest = useRef(data)
  useEffect(() => {
    latest.current = data
    chart.current?.setData(data)
  }, [data])

  useEffect(() => {
    const box = place.current!
    const made = new UPlot(
      {
        ...chartOptions({
          series,
          kind,
          stepSeconds,
          colours,
          format: (value) => formatter.current(value),
          onPoint: setPointed,
        }),
        width: box.clientWidth,
        height: heightPx,
      },
      latest.current,
      box,
    )
    chart.current = made
    const watcher = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height: heightPx }))
    watcher.observe(box)
    return () => {
      watcher.disconnect()
      made.destroy()
    }
    // Another look makes another chart; other values do not.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [names, kind, stepSeconds, colours])

  return (
    <figure className="chart">
      <div ref={place} role="img" aria-label={label} style={{ height: heightPx }} />
      <figcaption>
        {series.map(({ label: name, colour, values }) => {
          const value = pointed === undefined ? atRest(values, kind) : values[pointed]
          return (
            <span key={name}>
              <i style={{ background: `var(${colour})` }} />
              {name} <b className="number">{value === null || value === undefined ? '–' : format(value)}</b>
            </span>
          )
        })}
        <span className="chart-when">
          {pointed !== undefined && times[pointed] !== undefined ? (
            <time className="number">{when.format(times[pointed] * 1000)}</time>
          ) : kind === 'bars' ? (
            'in all'
          ) : (
            'latest'
          )}
        </span>
      </figcaption>
    </figure>
  )
}

/** Columns as uPlot takes them; bars are drawn from the highest down, so each holds the sum of those below it. */
function toData(times: readonly number[], series: readonly ChartSeries[], kind: ChartProps['kind']): UPlot.AlignedData {
  if (kind === 'lines') return [[...times], ...series.map(({ values }) => [...values])]
  const sums: number[] = times.map(() => 0)
  const columns = series.map(({ values }) =>
    values.map((value, i) => {
      sums[i] = (sums[i] ?? 0) + (value ?? 0)
      return sums[i]
    }),
  )
  return [[...times], ...columns.reverse()]
}

/** What is told while the pointer is elsewhere: the sum of what is counted, the last of what is measured. */
function atRest(values: readonly (number | null)[], kind: ChartProps['kind']): number | null {
  const known = values.filter((value) => value !== null)
  return kind === 'bars' ? known.reduce((sum, value) => sum + value, 0) : (known.at(-1) ?? null)
}
