import { runQuery } from '../client.ts'
import { peakMemoryMib, resetPeakMemory } from '../memory.ts'
import { runProgram } from '../program.ts'
import type { CrowdInput, CrowdResult } from '../programs/crowd.ts'
import type { PartContext } from './context.ts'

export interface ManyDownloadsFigures extends CrowdResult {
  /** Formats that are downloaded, in turn. */
  formats: string[]
  downloads: number
  slowDownloads: number
  seconds: number
  serverPeakMib: number | null
}

/** About 500 MB of Arrow. */
const sql = 'select facts.* from facts, generate_series(1, 5)'
const downloads = 50
const slowDownloads = 20
const slowBytesPerSecond = 10_000
const mixes = [['arrow'], ['csv', 'ndjson'], ['arrow', 'csv', 'ndjson', 'json', 'msgpack', 'parquet'], ['parquet']]

/** (f) Fifty downloads at a time of a result of 500 MB, some of them by clients that read 10 KB/s. */
export async function measureManyDownloads({
  stack,
  quick,
  signal,
  say,
}: PartContext): Promise<ManyDownloadsFigures[]> {
  const { id: queryId } = await runQuery(stack, { sql }, signal)
  const figures: ManyDownloadsFigures[] = []
  for (const formats of mixes) {
    const seconds = quick ? 8 : 30
    const input: CrowdInput = {
      url: stack.url,
      apiKey: stack.apiKey,
      queryId,
      formats,
      downloads,
      slowDownloads,
      slowBytesPerSecond,
      seconds,
    }
    await resetPeakMemory(stack.serverPid)
    const result = await runProgram<CrowdResult>('crowd', input, signal)
    const serverPeakMib = await peakMemoryMib(stack.serverPid)
    figures.push({ formats, downloads, slowDownloads, seconds, ...result, serverPeakMib })
    say(
      `  ${formats.join(', ')}: server's peak ${serverPeakMib ?? '?'} MiB, ${(result.bytes / seconds / 1e6).toFixed(0)} MB/s, ` +
        `another request p50 ${result.otherP50Ms.toFixed(1)} ms`,
    )
  }
  return figures
}
