import { exitCodes } from '../exitCodes.ts'
import type { ApiClient } from './apiClient.ts'
import type { Query, ResultFormat, ResultWindow } from './apiTypes.ts'
import { download } from './download.ts'
import { openOutput, standardOutput, type Output } from './outputFile.ts'
import type { Progress } from './progress.ts'
import { formatBytes, formatRows } from './quantities.ts'
import { resultTarget, type ResultOptions } from './resultOptions.ts'
import { showTable } from './showTable.ts'

/** How and where a result is to be delivered. */
export interface Delivery {
  /** Undefined: as a table on standard output. */
  stream: { format: ResultFormat; output: Output } | undefined
  maxRows: number
}

/**
 * Prepares what the options say, before any query runs: a path that cannot be written to is
 * told at once.
 *
 * @throws UsageError
 */
export async function prepareDelivery(options: ResultOptions): Promise<Delivery> {
  const { format, path } = resultTarget(options)
  if (format === undefined) return { stream: undefined, maxRows: options.maxRows }
  const output = path === undefined ? standardOutput : await openOutput(path)
  return { stream: { format, output }, maxRows: options.maxRows }
}

/**
 * Delivers the result of a query that succeeded; returns the exit code.
 *
 * @throws what the client throws, CommandFailed
 */
export async function deliver(
  client: ApiClient,
  query: Query,
  window: ResultWindow,
  delivery: Delivery,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  try {
    await showOrStore(client, query, window, delivery, progress, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    progress.stop()
    console.error(`Stopped. The query has succeeded, and its result is kept: sluice result ${query.id}`)
    return exitCodes.interrupted
  }
  if (query.result?.truncated) {
    const { limiting_factor, rows } = query.result
    console.error(`The result stops at its ${limiting_factor}, after ${formatRows(rows)}: the statement has more.`)
  }
  return exitCodes.succeeded
}

async function showOrStore(
  client: ApiClient,
  query: Query,
  window: ResultWindow,
  { stream, maxRows }: Delivery,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  if (stream === undefined) {
    progress.stop()
    await showTable(client, query, window, maxRows, signal)
  } else {
    const { format, output } = stream
    // What is printed and the progress line would write over each other.
    if (output.path === undefined) progress.stop()
    const response = await client.result(query.id, format, window, signal)
    const bytes = await download(response, output, (fetched) => progress.fetched(fetched), signal)
    progress.stop()
    if (output.path !== undefined && process.stderr.isTTY) {
      console.error(`${formatRows(rowsIn(query, window))}, ${formatBytes(bytes)}, written to ${output.path}`)
    }
  }
}

function rowsIn({ result }: Query, { offset = 0, limit = Infinity }: ResultWindow): number {
  return Math.min(limit, Math.max(0, (result?.rows ?? 0) - offset))
}
