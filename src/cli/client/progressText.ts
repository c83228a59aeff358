import type { Query } from './apiTypes.ts'
import { formatBytes, formatCount, formatDuration, formatRows } from './quantities.ts'

/** What a progress line tells. */
export interface ProgressState {
  query: Query | undefined
  /** Why the server does not answer now. */
  trouble: string | undefined
  canceling: boolean
  /** Bytes of the result that have arrived; undefined: it is not being fetched. */
  fetchedBytes: number | undefined
}

/** One line that says how far a query is, such as `running · 65,536 rows · 4.2 MB · 12.3 s`. */
export function progressText({ query, trouble, canceling, fetchedBytes }: ProgressState, elapsedMs: number): string {
  const parts: string[] = []
  if (canceling) parts.push('canceling')
  else if (fetchedBytes !== undefined) parts.push('fetching the result', formatBytes(fetchedBytes))
  else if (query === undefined) parts.push('submitting')
  else if (query.state === 'queued') parts.push(queued(query.queue_position))
  else {
    parts.push(query.state)
    const { rows, bytes } = query.progress
    if (rows > 0) parts.push(formatRows(rows), formatBytes(bytes))
  }
  parts.push(formatDuration(elapsedMs))
  if (trouble !== undefined) parts.push(`the server does not answer (${trouble}), asking again`)
  return parts.join(' · ')
}

function queued(position: number | null): string {
  if (position === null) return 'queued'
  return position === 0 ? 'queued, next' : `queued, ${formatCount(position)} before it`
}
