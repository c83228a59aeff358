import type { Part } from './options.ts'
import type { AdminPageFigures } from './parts/adminPage.ts'
import type { CostOfCountingFigures } from './parts/costOfCounting.ts'
import type { DownloadFigures } from './parts/downloads.ts'
import type { FirstRowsFigures } from './parts/firstRows.ts'
import type { FormatFigures } from './parts/formats.ts'
import type { HistoryFigures } from './parts/history.ts'
import type { LargeResultFigures } from './parts/largeResult.ts'
import type { ManyDownloadsFigures } from './parts/manyDownloads.ts'
import type { ShapesFigures } from './parts/shapes.ts'
import type { SmallQueriesFigures } from './parts/smallQueries.ts'
import type { TakeOverFigures } from './parts/takeOver.ts'
import type { WindowFigures } from './parts/windows.ts'
import { formats, manyDownloads, shapes, windows } from './resultTables.ts'
import { median } from './statistics.ts'
import { table } from './table.ts'

/** What a run of the bench measured, by part; a part that did not run is missing. */
export interface Figures {
  a?: SmallQueriesFigures[]
  b?: LargeResultFigures[]
  c?: DownloadFigures[]
  d?: FirstRowsFigures
  e?: FormatFigures[]
  f?: ManyDownloadsFigures[]
  g?: WindowFigures[]
  h?: ShapesFigures
  i?: HistoryFigures[]
  j?: TakeOverFigures
  k?: AdminPageFigures
  l?: CostOfCountingFigures
}

/** A figure that is to be reached. */
export interface Target {
  part: Part
  what: string
  wanted: string
  got: string
  reached: boolean
}

/** The tables that are printed at the end. */
export function tables(figures: Figures): string {
  const parts = [
    figures.a && smallQueries(figures.a),
    figures.b && largeResults(figures.b),
    figures.c && downloads(figures.c),
    figures.d && firstRows(figures.d),
    figures.e && formats(figures.e),
    figures.f && manyDownloads(figures.f),
    figures.g && windows(figures.g),
    figures.h && shapes(figures.h),
    figures.i && lists(figures.i),
    figures.k && adminPage(figures.k),
    figures.l && costOfCounting(figures.l),
    targetTable(targets(figures)),
  ]
  return parts.filter((part) => part !== undefined).join('\n\n')
}

function smallQueries(rows: SmallQueriesFigures[]): string {
  const groups = ['load', 'server', 'worker']
  const postgres = (cpu: Record<string, number>): number =>
    Object.entries(cpu).reduce((sum, [group, seconds]) => sum + (group.startsWith('postgres') ? seconds : 0), 0)
  return table(
    '(a) Small queries, submit to result',
    [
      'query',
      'by',
      'clients',
      'per s',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'CPU ms each: load',
      'server',
      'worker',
      'PostgreSQL',
    ],
    rows.map((row) => [
      row.query,
      row.mode,
      row.clients,
      row.perSecond.toFixed(0),
      row.p50Ms.toFixed(1),
      row.p95Ms.toFixed(1),
      row.p99Ms.toFixed(1),
      ...[...groups.map((group) => row.cpu[group] ?? 0), postgres(row.cpu)].map((seconds) =>
        ((1000 * seconds) / row.queries).toFixed(2),
      ),
    ]),
  )
}

function largeResults(rows: LargeResultFigures[]): string {
  return table(
    '(b) Large results, medians',
    [
      'rows',
      'start to stored s',
      'request to answer s',
      'COPY BINARY s',
      'share of COPY',
      'Arrow MB',
      'stored MB',
      'worker peak MiB',
    ],
    rows.map((row) => [
      row.rows.toLocaleString('en'),
      median(row.storedSeconds).toFixed(2),
      median(row.wallSeconds).toFixed(2),
      `${median(row.copySeconds).toFixed(2)} (${row.copyBy})`,
      row.ratio.toFixed(2),
      (row.arrowBytes / 1e6).toFixed(0),
      (row.storedBytes / 1e6).toFixed(0),
      peak(row) ?? '?',
    ]),
  )
}

function downloads(rows: DownloadFigures[]): string {
  return table(
    '(c) Reading a stored result of 1,000,000 rows, medians',
    ['by', 'MB', 's', 'MB/s', 'Arrow MB/s', 'times pg'],
    rows.map((row) => [
      row.what,
      (row.bytes / 1e6).toFixed(0),
      row.seconds.toFixed(3),
      row.mbPerSecond.toFixed(0),
      row.arrowMbPerSecond.toFixed(0),
      row.timesPg.toFixed(1),
    ]),
  )
}

function firstRows(figures: FirstRowsFigures): string {
  return table(
    '(d) First rows of a query that runs for 10 s, medians',
    ['readable after ms', "source's first row after ms", 'between ms'],
    [[median(figures.readableMs).toFixed(0), median(figures.sourceMs).toFixed(0), figures.afterSourceMs.toFixed(0)]],
  )
}

function lists(rows: HistoryFigures[]): string {
  return table(
    '(i) Lists and counts by a filter',
    ['filter', 'queries', 'found', 'median ms', 'slowest ms', 'answers', 'in ms'],
    rows.map((row) => [
      row.what,
      row.queries.toLocaleString('en'),
      row.found,
      row.medianMs.toFixed(1),
      row.slowestMs.toFixed(1),
      row.answers,
      row.allMs.toFixed(0),
    ]),
  )
}

function adminPage({ paint, filter, load }: AdminPageFigures): string {
  return [
    table(
      '(k) The admin page in Chromium, with a cold cache for each overview',
      ['what', 'times', 'median ms', 'slowest ms'],
      [
        ['overview: first paint', paint.firstMs.length, ...medianAndSlowest(paint.firstMs)],
        ['overview: its figures shown', paint.shownMs.length, ...medianAndSlowest(paint.shownMs)],
        ...filter.map(({ what, fromKeyMs, fromRequestMs }) => [
          `list: ${what}, last key to rows (request to rows ${median(fromRequestMs).toFixed(0)})`,
          fromKeyMs.length,
          ...medianAndSlowest(fromKeyMs),
        ]),
      ],
    ),
    table(
      '(k) Statements of the server a second, while one query a second runs',
      ['page', 'viewers', 'a second', 'without a page'],
      load.map(({ view, viewers, perSecond, withoutPerSecond }) => [
        view,
        viewers,
        perSecond.toFixed(1),
        withoutPerSecond.toFixed(1),
      ]),
    ),
  ].join('\n\n')
}

function costOfCounting({ variants, costPercent, errorPercent }: CostOfCountingFigures): string {
  const of = (cpu: Record<string, number>, name: string): number =>
    Object.entries(cpu).reduce((sum, [group, ms]) => sum + (group.startsWith(name) ? ms : 0), 0)
  return table(
    `(l) Small queries with and without metrics and events: ${costPercent.toFixed(1)} ± ${errorPercent.toFixed(1)} % fewer a second with both`,
    ['with', 'rounds', 'per s, median', 'CPU ms each, medians', 'server', 'worker', 'PostgreSQL'],
    variants.map(({ variant, perSecond, cpuMsEach }) => [
      variant,
      perSecond.length,
      median(perSecond).toFixed(0),
      ...['', 'server', 'worker', 'postgres'].map((name) => median(cpuMsEach.map((cpu) => of(cpu, name))).toFixed(3)),
    ]),
  )
}

function medianAndSlowest(ms: number[]): string[] {
  return [median(ms).toFixed(0), Math.max(...ms).toFixed(0)]
}

/** The figures that the project holds itself to, on two cores. */
export function targets({ a, b, c, d, e, f, g, h, i, j, k, l }: Figures): Target[] {
  const all: Target[] = []
  const add = (part: Part, what: string, value: number, unit: string, limit: number, atLeast: boolean): void => {
    const digits = limit < 10 ? 2 : 0
    all.push({
      part,
      what,
      wanted: `${atLeast ? '≥' : '≤'} ${limit.toLocaleString('en')}${unit}`,
      got: `${value.toFixed(digits)}${unit}`,
      reached: atLeast ? value >= limit : value <= limit,
    })
  }
  for (const row of a ?? []) {
    if (row.mode !== 'one request') continue
    if (row.clients === 50) add('a', `${row.query}, 50 clients`, row.perSecond, '/s', 1200, true)
    if (row.clients === 1) add('a', `${row.query}, 1 client, p50`, row.p50Ms, ' ms', 3, false)
  }
  for (const row of b ?? []) {
    const rows = `${row.rows.toLocaleString('en')} rows`
    add('b', `${rows}, share of COPY BINARY's speed`, row.ratio, '', 0.5, true)
    add('b', `${rows}, worker's peak memory`, peak(row) ?? Number.NaN, ' MiB', 200, false)
  }
  for (const row of c ?? []) if (row.what !== 'pg') add('c', `${row.what}, times pg`, row.timesPg, '', 3, true)
  if (d !== undefined) add('d', "first rows, after the source's first", d.afterSourceMs, ' ms', 300, false)
  for (const { what, rowsPerSecond } of e ?? []) {
    if (what === 'csv' || what === 'ndjson') add('e', what, rowsPerSecond, ' rows/s', 250_000, true)
  }
  for (const { formats: mix, serverPeakMib } of f ?? []) {
    add('f', `${mix.join(', ')}: server's peak memory`, serverPeakMib ?? Number.NaN, ' MiB', 250, false)
  }
  for (const { where, format, rows, p50Ms } of g ?? []) {
    if (where === 'in the middle')
      add('g', `${format} of ${rows.toLocaleString('en')} rows, p50`, p50Ms, ' ms', 20, false)
  }
  for (const { rows, queries, workerPeakMib } of h?.memory ?? []) {
    const what = `${queries} × ${rows.toLocaleString('en')} rows, worker's peak memory`
    add('h', what, workerPeakMib ?? Number.NaN, ' MiB', 200, false)
  }
  for (const { what, queries, medianMs } of i ?? []) {
    add('i', `${what}, ${queries.toLocaleString('en')} queries`, medianMs, ' ms', 200, false)
  }
  if (j !== undefined)
    add('j', `${j.kills} kills of the holder, the longest until the next`, Math.max(...j.seconds), ' s', 5, false)
  if (k !== undefined) {
    add('k', 'overview, first paint', median(k.paint.firstMs), ' ms', 1000, false)
    for (const { what, fromRequestMs } of k.filter)
      add('k', `list: ${what}, request to rows`, median(fromRequestMs), ' ms', 200, false)
    for (const { view, viewers, perSecond, withoutPerSecond } of k.load) {
      add('k', `${view}, ${viewers} viewers`, perSecond - withoutPerSecond, ' statements/s', 1, false)
    }
  }
  if (l !== undefined) add('l', 'metrics and events, of the rate', l.costPercent, ' %', 3, false)
  return all
}

function targetTable(all: Target[]): string {
  return table(
    'Figures to reach on two cores',
    ['part', 'what', 'wanted', 'got', ''],
    all.map((target) => [target.part, target.what, target.wanted, target.got, target.reached ? 'reached' : 'missed']),
  )
}

function peak(row: LargeResultFigures): number | undefined {
  const known = row.workerPeakMib.filter((mib) => mib !== null)
  return known.length === 0 ? undefined : Math.max(...known)
}
