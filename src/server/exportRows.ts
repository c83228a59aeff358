import type { QuerySummary } from './queryWaiters.ts'

type Cell = string | number | Date | null | undefined

const columns: Record<string, (query: QuerySummary) => Cell> = {
  id: ({ id }) => id,
  state: ({ state }) => state,
  tenant: ({ tenant }) => tenant,
  lane: ({ lane }) => lane,
  source: ({ source }) => source,
  priority: ({ priority }) => priority,
  labels: ({ labels }) => JSON.stringify(labels),
  attempt: ({ attempt }) => attempt,
  worker: ({ worker_id }) => worker_id,
  submitted_at: ({ submitted_at }) => submitted_at,
  started_at: ({ started_at }) => started_at,
  finished_at: ({ finished_at }) => finished_at,
  rows: ({ rows }) => rows,
  bytes: ({ raw_bytes }) => raw_bytes,
  error_code: ({ error }) => error?.code,
  error_message: ({ error }) => error?.message,
  sql: ({ sql }) => sql,
}

/** The first line of queries as CSV (RFC 4180). */
export const exportCsvHeader = `${Object.keys(columns).join()}\r\n`

/** A query as a line of CSV; what it has not is empty. */
export function exportCsvRow(query: QuerySummary): string {
  return `${Object.values(columns)
    .map((of) => cellText(of(query)))
    .join()}\r\n`
}

/** What a spreadsheet would take for a formula is kept from that by a quote mark before it. */
function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const text = cell instanceof Date ? cell.toISOString() : /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
