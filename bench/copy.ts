import { spawn } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import type { SourceLogin } from './database.ts'

/** Has the source COPY the rows of a statement, which are thrown away, by psql if it is there. */
export async function copyOut(
  source: SourceLogin,
  sql: string,
  format: 'binary' | 'csv',
  signal: AbortSignal,
): Promise<{ copyBy: 'psql' | 'pg'; seconds: number }> {
  const statement = `copy (${sql}) to stdout (format ${format})`
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
async function copyWithoutPsql(source: SourceLogin, statement: string): Promise<void> {
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
