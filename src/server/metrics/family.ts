import type { MetricType, MetricValueWithName, Registry } from 'prom-client'

type Labels = Record<string, string>

/** Of the bounds that statistics have, every so many-th is told: each a power of two. */
const boundStep = 2
/** Bounds from 1 ms to 2^22 ms, over an hour. */
const mostBounds = 23

/** One line of a metric. */
export interface Sample {
  /** With the ending of a part of a histogram (`_bucket`, `_sum`, `_count`); undefined: the name of the metric. */
  metricName?: string
  labels?: Labels
  value: number
}

/**
 * Adds a metric whose values are read when it is scraped. prom-client has those only that a
 * process counts itself; what the database counts is told as it stands there.
 */
export function addFamily(
  registry: Registry,
  type: 'counter' | 'gauge' | 'histogram',
  name: string,
  help: string,
  read: () => Promise<Sample[]>,
): void {
  const metric = {
    name,
    help,
    async get() {
      const values = (await read()).map(({ metricName = name, labels = {}, value }) => ({ metricName, labels, value }))
      return {
        name,
        help,
        type: type as unknown as MetricType,
        values: values as MetricValueWithName<string>[],
        aggregator: 'sum',
      }
    },
    reset: () => undefined,
  }
  // The registry asks no more of a metric than that.
  registry.registerMetric(metric as never)
}

/**
 * A histogram as Prometheus takes it.
 *
 * @param bounds upper bounds of the buckets in seconds, rising; `counts` has one more, for what lies above, and may end early
 */
export function histogramSamples(
  name: string,
  labels: Labels,
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
): Sample[] {
  let below = 0
  const buckets = bounds.map((bound, i) => {
    below += counts[i] ?? 0
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(bound) }, value: below }
  })
  const count = total(counts)
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}

/**
 * A histogram of the statistics, with fewer buckets.
 *
 * @param boundsMs those of sluice.histogram_bounds()
 * @param sumMs sum of what was counted
 */
export function coarseHistogram(
  name: string,
  labels: Labels,
  boundsMs: readonly number[],
  counts: readonly number[],
  sumMs: number,
): Sample[] {
  const bounds: number[] = []
  const told: number[] = []
  let from = 0
  for (let i = 0; i < boundsMs.length && bounds.length < mostBounds; i += boundStep) {
    bounds.push(boundsMs[i]! / 1000)
    told.push(total(counts.slice(from, i + 1)))
    from = i + 1
  }
  told.push(total(counts.slice(from)))
  return histogramSamples(name, labels, bounds, told, sumMs / 1000)
}

/** What numbers add up to. */
export function total(counts: readonly number[]): number {
  return counts.reduce((sum, each) => sum + each, 0)
}
