import type { Query } from './apiTypes.ts'
import { plainLine } from './plainText.ts'
import { formatCount, formatDuration } from './quantities.ts'
import { runTime } from './renderQuery.ts'
import { styled, type Format } from './style.ts'
import type { TableCell, TableColumn } from './table.ts'

const uuidLength = 36

/** Columns of a list of queries. An id that is cut is of no use. */
export const queryColumns: readonly TableColumn[] = [
  { name: 'id', align: 'left', leastWidth: uuidLength, rank: 0 },
  { name: 'state', align: 'left', leastWidth: 9, rank: 1 },
  { name: 'lane', align: 'left', rank: 6 },
  { name: 'age', align: 'right', rank: 3 },
  { name: 'ran for', align: 'right', rank: 4 },
  { name: 'rows', align: 'right', rank: 5 },
  { name: 'sql', align: 'left', leastWidth: 16, rank: 2 },
]

const stateFormats: Partial<Record<Query['state'], Format>> = {
  running: 'cyan',
  canceling: 'yellow',
  succeeded: 'green',
  failed: 'red',
  timed_out: 'red',
}

/**
 * A query as a row of a list.
 *
 * @param now ms since 1970
 */
export function queryRow(query: Query, now: number): TableCell[] {
  const format = stateFormats[query.state]
  return [
    { text: query.id },
    {
      text: query.state,
      ...(format === undefined ? {} : { paint: (text: string) => styled(format, text, process.stdout) }),
    },
    { text: query.lane },
    { text: age(Math.max(0, now - Date.parse(query.submitted_at))) },
    { text: runTime(query, now) ?? '' },
    { text: query.progress.chunks === 0 && query.state !== 'succeeded' ? '' : formatCount(query.progress.rows) },
    { text: firstLine(query.sql) },
  ]
}

/** A duration by its largest unit alone. */
function age(ms: number): string {
  return formatDuration(ms).split(' ').slice(0, 2).join(' ')
}

/** The first line that is not blank; … says that there are more. */
export function firstLine(sql: string): string {
  const [first = '', ...rest] = sql.split('\n').filter((line) => line.trim() !== '')
  return plainLine(first.trim()) + (rest.length > 0 ? ' …' : '')
}
