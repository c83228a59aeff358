import type { AlertRule } from '../api/types.generated.ts'
import { formatBytes, formatCount, formatShare } from '../formats/numbers.ts'
import { formatDuration } from '../formats/times.ts'

export type Measure = AlertRule['measure']

/** What rules can look at, in words, and how a value of it is written. */
export const measures: Record<Measure, { text: string; format: (value: number) => string; unit: string }> = {
  failure_rate: { text: 'failure rate', format: formatShare, unit: 'as a part, 0 to 1' },
  queue_depth: { text: 'queries that wait', format: formatCount, unit: 'queries' },
  oldest_wait_seconds: { text: 'longest wait', format: seconds, unit: 'seconds' },
  workers: { text: 'workers alive', format: formatCount, unit: 'workers' },
  store_latency_seconds: { text: 'time to store', format: seconds, unit: 'seconds' },
  corrupt_chunks: { text: 'corrupt chunks of results', format: formatCount, unit: 'chunks' },
  beat_age_seconds: { text: 'time since the beat', format: seconds, unit: 'seconds' },
  failed_fires: { text: 'failed fires of a schedule', format: formatCount, unit: 'fires' },
  broken_schedules: { text: 'schedule that cannot fire', format: formatCount, unit: '1 for each' },
  storage_bytes: { text: 'size of the control database', format: formatBytes, unit: 'bytes' },
}

/** `failure rate above 5 % for 5 min` */
export function conditionText({ measure, comparison, threshold, for_seconds: duration }: AlertRule): string {
  const { text, format } = measures[measure]
  return `${text} ${comparison} ${format(threshold)}${duration === 0 ? '' : ` for ${seconds(duration)}`}`
}

function seconds(value: number): string {
  return formatDuration(value * 1000)
}
