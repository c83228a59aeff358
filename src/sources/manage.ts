import type pg from 'pg'
import { RequestError } from '../errors.ts'
import type { Source } from './source.ts'

/** A source as it is shown: without its password. */
export interface SourceRecord {
  name: string
  kind: 'postgresql'
  host: string
  port: number
  database: string
  user: string
  tls: Source['tls']
  writes: boolean
  prepared_statements: boolean
  max_connections: number
  created_at: Date
  updated_at: Date
}

/** What can be set of a source; undefined: unchanged, or the default. */
export interface SourceSettings {
  host?: string | undefined
  port?: number | undefined
  database?: string | undefined
  user?: string | undefined
  password?: string | undefined
  tls?: Source['tls'] | undefined
  writes?: boolean | undefined
  prepared_statements?: boolean | undefined
  max_connections?: number | undefined
}

const shownColumns = `name, kind, host, port, database, username as "user", tls, writes, prepared_statements, max_connections, created_at, updated_at`

/** Every source, by name. */
export async function listSources(pool: Pick<pg.Pool, 'query'>): Promise<SourceRecord[]> {
  return (await pool.query<SourceRecord>(`select ${shownColumns} from sluice.sources order by name`)).rows
}

/** One source; throws RequestError unknown_source. */
export async function getSource(pool: pg.Pool, name: string): Promise<SourceRecord> {
  const { rows } = await pool.query<SourceRecord>(`select ${shownColumns} from sluice.sources where name = $1`, [name])
  return rows[0] ?? missing(name)
}

/** Adds a source; throws RequestError source_exists. */
export async function addSource(
  pool: pg.Pool,
  name: string,
  settings: SourceSettings & { host: string; database: string; user: string },
): Promise<SourceRecord> {
  const { rowCount } = await pool.query(
    `
    with added as (
      insert into sluice.sources (name, host, port, database, username, tls, writes, prepared_statements, max_connections)
      values ($1, $2, coalesce($3, 5432), $4, $5, $6, coalesce($7, false), coalesce($8, true), coalesce($9, 16))
      on conflict (name) do nothing
      returning name
    ),
    secret as (
      insert into sluice.source_secrets (source, password) select name, $10 from added where $10::text is not null
    )
    select from added`,
    [
      name,
      settings.host,
      settings.port ?? null,
      settings.database,
      settings.user,
      settings.tls ?? defaultTls(settings.host),
      settings.writes ?? null,
      settings.prepared_statements ?? null,
      settings.max_connections ?? null,
      settings.password ?? null,
    ],
  )
  if (rowCount === 0)
    throw new RequestError('source_exists', `There is a source ${name} already. Change it, or remove it first.`)
  return await getSource(pool, name)
}

/** Changes a source; throws RequestError unknown_source. */
export async function changeSource(pool: pg.Pool, name: string, settings: SourceSettings): Promise<SourceRecord> {
  const { rowCount } = await pool.query(
    `
    with changed as (
      update sluice.sources set
        host = coalesce($2, host), port = coalesce($3, port), database = coalesce($4, database),
        username = coalesce($5, username), tls = coalesce($6, tls), writes = coalesce($7, writes),
        prepared_statements = coalesce($8, prepared_statements), max_connections = coalesce($9, max_connections)
      where name = $1
      returning name
    )
    select from changed`,
    [
      name,
      settings.host ?? null,
      settings.port ?? null,
      settings.database ?? null,
      settings.user ?? null,
      settings.tls ?? null,
      settings.writes ?? null,
      settings.prepared_statements ?? null,
      settings.max_connections ?? null,
    ],
  )
  if (rowCount === 0) missing(name)
  if (settings.password !== undefined) {
    await pool.query(
      `insert into sluice.source_secrets (source, password) values ($1, $2)
       on conflict (source) do update set password = excluded.password`,
      [name, settings.password],
    )
  }
  return await getSource(pool, name)
}

/** Removes a source; queries that wait for it will fail. Throws RequestError unknown_source. */
export async function removeSource(pool: pg.Pool, name: string): Promise<void> {
  const { rowCount } = await pool.query(`delete from sluice.sources where name = $1`, [name])
  if (rowCount === 0) missing(name)
}

function missing(name: string): never {
  throw new RequestError('unknown_source', `There is no source ${name}.`)
}

function defaultTls(host: string): Source['tls'] {
  return /^(localhost|127\.\d+\.\d+\.\d+|::1|\/.*)$/.test(host) ? 'disable' : 'verify-full'
}
