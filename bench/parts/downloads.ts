import { runQuery } from '../client.ts'
import { runProgram } from '../program.ts'
import type { DownloaderInput } from '../programs/downloader.ts'
import type { PgReaderInput, ReadResult } from '../programs/pgReader.ts'
import { median } from '../statistics.ts'
import type { PartContext } from './context.ts'

/** A way to read a stored result. */
export interface DownloadFigures {
  what: 'pg' | 'arrow, zstd' | 'arrow, identity'
  /** Bytes that came: the stored ones, or the Arrow stream. */
  bytes: number
  seconds: number
  /** Bytes that came per second. */
  mbPerSecond: number
  /** The result's Arrow bytes per second, in whatever form they came. */
  arrowMbPerSecond: number
  /** mbPerSecond as a multiple of pg's. */
  timesPg: number
}

/** (c) Download of a stored result of 1,000,000 rows, against pg reading the same chunks. */
export async function measureDownloads({ stack, quick, signal, say }: PartContext): Promise<DownloadFigures[]> {
  const { id: queryId } = await runQuery(stack, { sql: 'select * from facts' }, signal)
  const { rows } = await stack.control.query<{ raw_bytes: number }>(
    'select raw_bytes::float8 from sluice.results where query_id = $1',
    [queryId],
  )
  const arrowBytes = rows[0]!.raw_bytes
  const repetitions = quick ? 3 : 10
  const download = async (encoding: DownloaderInput['encoding']): Promise<ReadResult> => {
    const input: DownloaderInput = {
      url: stack.url,
      apiKey: stack.apiKey,
      queryId,
      format: 'arrow',
      encoding,
      repetitions,
    }
    return await runProgram<ReadResult>('downloader', input, signal)
  }
  const readers = {
    pg: async () => {
      const input: PgReaderInput = { connectionString: stack.controlUrl, queryId, repetitions }
      return await runProgram<ReadResult>('pgReader', input, signal)
    },
    'arrow, zstd': () => download('zstd'),
    'arrow, identity': () => download('identity'),
  }

  const figures: DownloadFigures[] = []
  for (const what of ['pg', 'arrow, zstd', 'arrow, identity'] as const) {
    const { bytes, seconds: all } = await readers[what]()
    const seconds = median(all)
    const mbPerSecond = bytes / seconds / 1e6
    figures.push({
      what,
      bytes,
      seconds,
      mbPerSecond,
      arrowMbPerSecond: arrowBytes / seconds / 1e6,
      timesPg: mbPerSecond / (figures[0]?.mbPerSecond ?? mbPerSecond),
    })
    say(`  ${what}: ${mbPerSecond.toFixed(0)} MB/s of ${(bytes / 1e6).toFixed(0)} MB`)
  }
  return figures
}
