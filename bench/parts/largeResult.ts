import { copyOut } from '../copy.ts'
import { peakMemoryMib, resetPeakMemory } from '../memory.ts'
import { median } from '../statistics.ts'
import { runQuery } from '../client.ts'
import type { Stack } from '../stack.ts'
import type { PartContext } from './context.ts'

export interface LargeResultFigures {
  rows: number
  /** Arrow bytes of the result, and these as stored. */
  arrowBytes: number
  storedBytes: number
  /** finished_at - started_at of each repetition. */
  storedSeconds: number[]
  /** From the request to the answer of one that waits. */
  wallSeconds: number[]
  copySeconds: number[]
  /** What `copySeconds` is of. */
  copyBy: 'psql' | 'pg'
  /** Medians: speed of Sluice from start to stored, as a share of COPY's. */
  ratio: number
  workerPeakMib: (number | null)[]
}

const oneMillion = 'select * from facts'
const tenMillion = 'select facts.* from facts, generate_series(1, 10)'

/** (b) Large results, submit to stored, against COPY BINARY of the same statement, in turn. */
export async function measureLargeResults(context: PartContext): Promise<LargeResultFigures[]> {
  const sizes = context.quick ? [oneMillion] : [oneMillion, tenMillion]
  const figures: LargeResultFigures[] = []
  for (const sql of sizes) figures.push(await measureLargeResult(context, sql))
  return figures
}

/** One statement, several times over. */
export async function measureLargeResult(
  { stack, signal, say }: PartContext,
  sql: string,
): Promise<LargeResultFigures> {
  const figures: LargeResultFigures = {
    rows: 0,
    arrowBytes: 0,
    storedBytes: 0,
    storedSeconds: [],
    wallSeconds: [],
    copySeconds: [],
    copyBy: 'psql',
    ratio: Number.NaN,
    workerPeakMib: [],
  }
  const repetitions = 3
  // The first round warms up both and does not count.
  for (let n = 0; n <= repetitions; n++) {
    await settle(stack)
    const { copyBy, seconds: copySeconds } = await copyOut(stack.source, sql, 'binary', signal)
    await settle(stack)
    await resetPeakMemory(stack.workerPid)
    const startedAt = performance.now()
    const query = await runQuery(stack, { sql }, signal)
    const wallSeconds = (performance.now() - startedAt) / 1000
    const peakMib = await peakMemoryMib(stack.workerPid)
    const storedSeconds = (Date.parse(query.finished_at!) - Date.parse(query.started_at!)) / 1000
    const { rows } = await stack.control.query<{ rows: number; raw_bytes: number; stored_bytes: number }>(
      'select rows::float8, raw_bytes::float8, stored_bytes::float8 from sluice.results where query_id = $1',
      [query.id],
    )
    Object.assign(figures, {
      copyBy,
      rows: rows[0]!.rows,
      arrowBytes: rows[0]!.raw_bytes,
      storedBytes: rows[0]!.stored_bytes,
    })
    if (n === 0) continue
    figures.copySeconds.push(copySeconds)
    figures.storedSeconds.push(storedSeconds)
    figures.wallSeconds.push(wallSeconds)
    figures.workerPeakMib.push(peakMib)
    say(
      `  ${figures.rows.toLocaleString('en')} rows: stored in ${storedSeconds.toFixed(2)} s, ` +
        `${copyBy} COPY ${copySeconds.toFixed(2)} s, worker's peak ${peakMib ?? '?'} MiB`,
    )
  }
  figures.ratio = median(figures.copySeconds) / median(figures.storedSeconds)
  return figures
}

/** Drops stored results and writes what is dirty, so that every measurement starts alike. */
export async function settle(stack: Stack): Promise<void> {
  await stack.control.query('truncate sluice.results, sluice.chunks')
  await stack.control.query('checkpoint')
}
