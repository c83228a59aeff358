import UPlot from 'uplot'
import type { ChartProps } from './chart.tsx'
import type { Colours } from './useColours.ts'

export interface LookOptions extends Pick<ChartProps, 'series' | 'kind' | 'stepSeconds' | 'format'> {
  colours: Colours
  /** Hears which time the pointer is at. */
  onPoint: (index: number | undefined) => void
}

const font = '11px "Inter Variable", sans-serif'

const daySeconds = 86_400
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** Midnight is told by its day. */
function axisTimes(times: readonly number[], stepSeconds: number): string[] {
  return times.map((seconds) => {
    const at = new Date(seconds * 1000)
    const text = clock.format(at)
    return stepSeconds >= daySeconds || text === '00:00' ? day.format(at) : text
  })
}

/** Values between gaps: a line needs two, so these are drawn as points. */
function loneValues(chart: UPlot, seriesIndex: number): number[] | null {
  const values = chart.data[seriesIndex]!
  const isGap = (i: number): boolean => values[i] === null || values[i] === undefined
  const lone = [...values.keys()].filter((i) => !isGap(i) && isGap(i - 1) && isGap(i + 1))
  return lone.length === 0 ? null : lone
}

/** How a chart looks, but for its size. */
export function chartOptions(look: LookOptions): Omit<UPlot.Options, 'width' | 'height'> {
  const { series, kind, stepSeconds, format, colours, onPoint } = look
  const axis = { stroke: colours('--quiet'), font, ticks: { show: false } }
  const grid = { stroke: colours('--line'), width: 1 }
  const bars = UPlot.paths.bars!({ size: [0.75, 24], radius: 0.15, align: 1 })
  const drawn = kind === 'bars' ? [...series].reverse() : series
  return {
    legend: { show: false },
    padding: [10, 12, 0, 4],
    scales: {
      x: { time: true, range: (_, min, max) => [min, max + (kind === 'bars' ? stepSeconds : 0)] },
      y: { range: (_, _min, max) => [0, (max || 1) * 1.08] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        space: 70,
        values: (_, times, _axis, _space, step) => axisTimes(times, step),
      },
      { ...axis, grid, size: 52, space: 36, values: (_, values) => values.map((value) => format(value)) },
    ],
    series: [
      {},
      ...drawn.map(({ label, colour: name }) => {
        const colour = colours(name)
        return kind === 'bars'
          ? { label, fill: colour, width: 0, paths: bars, points: { show: false } }
          : { label, stroke: colour, width: 1.75, points: { show: false, size: 5, fill: colour, filter: loneValues } }
      }),
    ],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: kind === 'lines' } },
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx ?? undefined)] },
  }
}
