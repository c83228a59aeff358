import { spawn } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
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
  for (const sql of sizes) figures.push(await measureOne(context, sql))
  return figures
}

async function measureOne({ stack, signal, say }: PartContext, sql: string): Promise<LargeResultFigures> {
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
    const { copyBy, seconds: copySeconds } = await copy(stack, sql, signal)
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
async function settle(stack: Stack): Promise<void> {
  await stack.control.query('truncate sluice.results, sluice.chunks')
  await stack.control.query('checkpoint')
}

async function copy(
  { source }: Stack,
  sql: string,
  signal: AbortSignal,
): Promise<{ copyBy: 'psql' | 'pg'; seconds: number }> {
  const statement = `copy (${sql}) to stdout (format binary)`
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  try {
    const child = spawn('psql', ['-X', '-q', '-c', statement], {
      env: {
        ...process.env,
        PGHOST: source.host,
        PGPORT: String(source.port),
        PGDATABASE: source.database,
        PGUSER: source.user,
        PGPASSWORD: source.password,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
      signal,
    })
    const [code] = (await once(child, 'exit')) as [number]
    if (code !== 0) throw new Error(`psql ended with ${code}`)
    return { copyBy: 'psql', seconds: seconds() }
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error
    await copyWithoutPsql(source, statement)
    return { copyBy: 'pg', seconds: seconds() }
  }
}

/** COPY over a connection of pg, whose socket is read and thrown away. */
async function copyWithoutPsql(source: Stack['source'], statement: string): Promise<void> {
  const client = new pg.Client(source)
  await client.connect()
  try {
    const { stream } = (client as unknown as { connection: { stream: NodeJS.ReadableStream } }).connection
    stream.removeAllListeners('data')
    let last: Buffer = Buffer.alloc(0)
    const done = new Promise<void>((resolve) => {
      stream.on('data', (piece: Buffer) => {
        last = Buffer.concat([last, piece.subarray(-6)]).subarray(-6)
        // ReadyForQuery, idle: the last message.
        if (last.equals(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]))) resolve()
      })
    })
    void client.query(statement).catch(() => undefined)
    await done
  } finally {
    client.end().catch(() => undefined)
  }
}
