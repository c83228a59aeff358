import type { FormatFigures } from './parts/formats.ts'
import type { ManyDownloadsFigures } from './parts/manyDownloads.ts'
import type { ShapesFigures } from './parts/shapes.ts'
import type { WindowFigures } from './parts/windows.ts'
import { median } from './statistics.ts'
import { table } from './table.ts'

const whole = (value: number): string => Math.round(value).toLocaleString('en')

export function formats(rows: FormatFigures[]): string {
  return table(
    '(e) 1,000,000 rows × 10 columns in each format, medians',
    ['by', 'rows/s', 'MB', 's', 'CPU s of the server', 'times COPY as CSV'],
    rows.map((row) => [
      row.what,
      whole(row.rowsPerSecond),
      (row.bytes / 1e6).toFixed(0),
      row.seconds.toFixed(2),
      row.cpuSeconds?.toFixed(2) ?? '–',
      row.timesCopy.toFixed(2),
    ]),
  )
}

export function manyDownloads(rows: ManyDownloadsFigures[]): string {
  const [first] = rows
  return table(
    `(f) ${first?.downloads} downloads of a result of 500 MB at a time, ${first?.slowDownloads} of them slow`,
    ['as', 'server peak MiB', 'MB/s', 'slow kB/s each', 'another request p50 ms', 'p99 ms'],
    rows.map((row) => [
      row.formats.join(', '),
      row.serverPeakMib ?? '?',
      (row.bytes / row.seconds / 1e6).toFixed(0),
      (row.slowBytes / row.seconds / row.slowDownloads / 1e3).toFixed(1),
      row.otherP50Ms.toFixed(1),
      row.otherP99Ms.toFixed(1),
    ]),
  )
}

export function windows(rows: WindowFigures[]): string {
  return table(
    `(g) Windows of 100 rows of ${whole(rows[0]?.rows ?? 0)}`,
    ['as', 'where', 'p50 ms', 'p95 ms', 'p99 ms'],
    rows.map((row) => [row.format, row.where, row.p50Ms.toFixed(1), row.p95Ms.toFixed(1), row.p99Ms.toFixed(1)]),
  )
}

export function shapes({ shapes: rows, memory }: ShapesFigures): string {
  const stored = table(
    '(h) Other shapes into the store, medians',
    ['shape', 'rows', 'start to stored s', 'COPY BINARY s', 'share of COPY', 'Arrow MB', 'stored MB'],
    rows.map((row) => [
      row.shape,
      whole(row.rows),
      median(row.storedSeconds).toFixed(2),
      `${median(row.copySeconds).toFixed(2)} (${row.copyBy})`,
      row.ratio.toFixed(2),
      (row.arrowBytes / 1e6).toFixed(0),
      (row.storedBytes / 1e6).toFixed(0),
    ]),
  )
  const peaks = table(
    "The worker's memory",
    ['queries at a time', 'rows of each', 's', 'peak MiB'],
    memory.map((row) => [row.queries, whole(row.rows), row.seconds.toFixed(1), row.workerPeakMib ?? '?']),
  )
  return `${stored}\n\n${peaks}`
}
