import { runQuery } from '../client.ts'
import { copyOut } from '../copy.ts'
import { cpuBetween, readCpu } from '../cpu.ts'
import { runProgram } from '../program.ts'
import type { DownloaderInput } from '../programs/downloader.ts'
import type { ReadResult } from '../programs/pgReader.ts'
import { median } from '../statistics.ts'
import type { PartContext } from './context.ts'

/** A form of a result, made from what is stored. */
export interface FormatFigures {
  what: string
  bytes: number
  seconds: number
  rowsPerSecond: number
  /** CPU seconds of the server; null for COPY, where it has no part. */
  cpuSeconds: number | null
  /** Rows per second as a multiple of those of COPY as CSV. */
  timesCopy: number
}

const sql = 'select * from facts'
const rows = 1_000_000
const forms: { what: string; format: string; encoding: DownloaderInput['encoding'] }[] = [
  ...['csv', 'ndjson', 'json', 'msgpack', 'parquet'].map((format) => ({
    what: format,
    format,
    encoding: 'identity' as const,
  })),
  { what: 'csv, zstd', format: 'csv', encoding: 'zstd' },
]

/** (e) Downloads of 1,000,000 rows × 10 columns in each format, against the source's COPY as CSV. */
export async function measureFormats({ stack, quick, signal, say }: PartContext): Promise<FormatFigures[]> {
  const { id: queryId } = await runQuery(stack, { sql }, signal)
  const repetitions = quick ? 2 : 5
  const figures: FormatFigures[] = []
  const add = (what: string, bytes: number, seconds: number, cpuSeconds: number | null): void => {
    const rowsPerSecond = rows / seconds
    const timesCopy = rowsPerSecond / (figures[0]?.rowsPerSecond ?? rowsPerSecond)
    figures.push({ what, bytes, seconds, rowsPerSecond, cpuSeconds, timesCopy })
    say(`  ${what}: ${Math.round(rowsPerSecond).toLocaleString('en')} rows/s`)
  }

  const copies: number[] = []
  for (let n = 0; n < repetitions; n++) copies.push((await copyOut(stack.source, sql, 'csv', signal)).seconds)
  add('COPY as CSV', 0, median(copies), null)

  for (const { what, format, encoding } of forms) {
    const input: DownloaderInput = { url: stack.url, apiKey: stack.apiKey, queryId, format, encoding, repetitions }
    let cpuBefore = readCpu(stack)
    const { bytes, seconds } = await runProgram<ReadResult>('downloader', input, signal, () => {
      cpuBefore = readCpu(stack)
    })
    const cpu = cpuBetween(await cpuBefore, await readCpu(stack))
    add(what, bytes, median(seconds), (cpu['server'] ?? Number.NaN) / repetitions)
  }
  return figures
}
