import type { Query } from './apiTypes.ts'
import { plainLine, plainLines } from './plainText.ts'
import { formatBytes, formatCount, formatDuration } from './quantities.ts'

/**
 * A query for people: one line a fact.
 *
 * @param now ms since 1970
 */
export function renderQuery(query: Query, now: number): string {
  const { timings_ms: timings, result, progress } = query
  const labels = Object.entries(query.labels).map(([key, value]) => `${key}=${value}`)
  const facts: [name: string, value: string | undefined][] = [
    ['id', query.id],
    ['state', query.state],
    ['source', query.source],
    ['lane', `${query.lane}, priority ${query.priority}`],
    ['labels', labels.length === 0 ? undefined : plainLine(labels.join(' '))],
    ['attempt', query.attempt > 1 ? String(query.attempt) : undefined],
    ['submitted', `${query.submitted_at} (${formatDuration(Math.max(0, now - Date.parse(query.submitted_at)))} ago)`],
    ['before it', query.queue_position === null ? undefined : formatCount(query.queue_position)],
    ['queued for', timings.queued === null ? undefined : formatDuration(timings.queued)],
    ['ran for', runTime(query, now)],
    ['rows', progress.chunks === 0 ? undefined : formatCount(progress.rows)],
    ['bytes', progress.chunks === 0 ? undefined : formatBytes(progress.bytes)],
    ['stops at', result?.limiting_factor ?? undefined],
    ['kept until', result?.expires_at],
    ['sql', plainLines(query.sql.trim()).replaceAll('\n', `\n${' '.repeat(nameWidth)}`)],
  ]
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(nameWidth)}${value}`)
    .join('\n')
}

const nameWidth = 12

/** How long a query ran, or has been running; undefined if it never started. */
export function runTime({ started_at, timings_ms, finished_at }: Query, now: number): string | undefined {
  if (timings_ms.running !== null) return formatDuration(timings_ms.running)
  if (started_at === null || finished_at !== null) return undefined
  return formatDuration(Math.max(0, now - Date.parse(started_at)))
}
