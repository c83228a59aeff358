import type { Schedule } from '../api/types.generated.ts'
import { formatDuration } from '../formats/times.ts'

/** `30 2 * * *` or `every 5 min` */
export function timingText({ cron, interval_seconds: interval }: Schedule): string {
  return cron ?? `every ${formatDuration((interval ?? 0) * 1000)}`
}
