import type pg from 'pg'
import type { Source } from './source.ts'

const freshMs = 1_000

interface SourceRow {
  name: string
  host: string
  port: number
  database: string
  username: string
  password: string | null
  tls: Source['tls']
  writes: boolean
  prepared_statements: boolean
  max_connections: number
  version: number
}

/** Sources by name, as a worker sees them: read from the control database, at most a second old. */
export class SourceRegistry {
  readonly #pool: pg.Pool
  readonly #known = new Map<string, { source: Source | undefined; readAt: number }>()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** The source of that name, undefined if there is none. */
  async find(name: string): Promise<Source | undefined> {
    const known = this.#known.get(name)
    if (known !== undefined && performance.now() - known.readAt < freshMs) return known.source
    const source = await findSource(this.#pool, name)
    this.#known.set(name, { source, readAt: performance.now() })
    return source
  }
}

/** Reads a source with its password. */
export async function findSource(pool: Pick<pg.Pool, 'query'>, name: string): Promise<Source | undefined> {
  const { rows } = await pool.query<SourceRow>({
    name: 'find_source',
    text: `
      select name, host, port, database, username, password, tls, writes, prepared_statements, max_connections, version
      from sluice.sources left join sluice.source_secrets on source = name
      where name = $1`,
    values: [name],
  })
  const row = rows[0]
  return (
    row && {
      name: row.name,
      host: row.host,
      port: row.port,
      database: row.database,
      username: row.username,
      password: row.password,
      tls: row.tls,
      writes: row.writes,
      preparedStatements: row.prepared_statements,
      maxConnections: row.max_connections,
      version: row.version,
    }
  )
}
