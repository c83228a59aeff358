import { resultCell, resultColumn } from './cell.ts'
import { CommandFailed } from './clientAction.ts'
import type { ApiClient } from './apiClient.ts'
import type { Query, ResultWindow } from './apiTypes.ts'
import { parseExactJson } from './exactJson.ts'
import { printTable } from './printTable.ts'
import { formatCount, formatDuration, formatRows } from './quantities.ts'

/**
 * Prints the first rows of a result as a table that fits the terminal, and what it leaves out.
 *
 * @throws CommandFailed if the result is no longer kept
 */
export async function showTable(
  client: ApiClient,
  query: Query,
  window: ResultWindow,
  maxRows: number,
  signal: AbortSignal,
): Promise<void> {
  const { result } = query
  if (result === null) throw new CommandFailed(`The result of query ${query.id} is no longer kept.`)
  const wanted = Math.min(Math.max(0, result.rows - (window.offset ?? 0)), window.limit ?? Infinity)
  const rows = await firstRows(client, query, window.offset ?? 0, Math.min(wanted, maxRows), signal)
  const shownColumns = printTable(
    result.columns.map(resultColumn),
    rows.map((row) => row.map((value, i) => resultCell(value, result.columns[i]!.type))),
  )
  console.log(countNote(rows.length, wanted, query))
  if (shownColumns < result.columns.length) {
    console.log(`(first ${shownColumns} of ${result.columns.length} columns; no more fit)`)
  }
}

function countNote(shown: number, wanted: number, { id, timings_ms }: Query): string {
  const took = formatDuration((timings_ms.queued ?? 0) + (timings_ms.running ?? 0))
  return shown === wanted
    ? `(${formatRows(wanted)}, ${took})`
    : `(${formatCount(shown)} of ${formatRows(wanted)} shown, ${took}; all of them: sluice result ${id} -o file.csv)`
}

/** Rows of a result: those that came with the query if they are enough. */
async function firstRows(
  client: ApiClient,
  { id, result }: Query,
  offset: number,
  count: number,
  signal: AbortSignal,
): Promise<unknown[][]> {
  const known = result?.preview?.rows ?? []
  if (count === 0) return []
  if (known.length >= offset + count) return known.slice(offset, offset + count)
  const response = await client.result(id, 'ndjson', { offset, limit: count }, signal)
  const lines = (await response.text()).split('\n').filter((line) => line !== '')
  return lines.map((line) => parseExactJson(line) as unknown[])
}
