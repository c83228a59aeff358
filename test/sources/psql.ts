import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import pg from 'pg'

const execFileAsync = promisify(execFile)
const nullMarker = '\u0001null\u0001'
const settings = {
  DateStyle: 'ISO,YMD',
  TimeZone: 'UTC',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
}
const sessionOptions = Object.entries(settings)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ')

let psqlIsThere: Promise<boolean> | undefined

/**
 * The rows of a statement as `psql -At` prints them; where there is no psql, as PostgreSQL's
 * own text form comes over the protocol.
 *
 * @param columns number of columns, which psql does not tell
 */
export async function psqlRows(url: string, sql: string, columns: number): Promise<(string | null)[][]> {
  psqlIsThere ??= execFileAsync('psql', ['--version']).then(
    () => true,
    () => false,
  )
  return (await psqlIsThere) ? await byPsql(url, sql, columns) : await byProtocol(url, sql)
}

async function byPsql(url: string, sql: string, columns: number): Promise<(string | null)[][]> {
  const { stdout } = await execFileAsync(
    'psql',
    // Zero bytes, which no value holds, between values and after rows.
    ['-X', '-A', '-t', '-z', '-0', '-P', `null=${nullMarker}`, '-v', 'ON_ERROR_STOP=1', '-c', sql, url],
    { env: { PATH: process.env['PATH'], PGOPTIONS: sessionOptions }, maxBuffer: 256 * 1024 * 1024 },
  )
  const values = stdout.split('\0').slice(0, -1)
  return Array.from({ length: values.length / columns }, (_, row) =>
    values.slice(row * columns, (row + 1) * columns).map((value) => (value === nullMarker ? null : value)),
  )
}

async function byProtocol(url: string, sql: string): Promise<(string | null)[][]> {
  const client = new pg.Client({ connectionString: url, options: sessionOptions })
  await client.connect()
  try {
    const { rows } = await client.query<(string | null)[]>({
      text: sql,
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    } as pg.QueryArrayConfig)
    return rows
  } finally {
    await client.end()
  }
}
