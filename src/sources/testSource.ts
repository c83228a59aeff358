import pg from 'pg'
import { RunError, type QueryError } from '../errors.ts'
import { clientConfig } from './clientConfig.ts'
import { SourceConnection } from './connection.ts'
import type { Source } from './source.ts'
import { connectError } from './sourceErrors.ts'

/** What trying a source showed. */
export interface SourceTestResult {
  ok: boolean
  error: QueryError | null
  server_version: string | null
  duration_ms: number
  /** What the login role may do and should not, if users' SQL is to be harmless. */
  warnings: string[]
}

/** What a role for users' SQL should not have, each with the sentence that says so. */
const privilegeChecks = `
  select warning from (values
    ((select rolsuper from pg_roles where rolname = current_user), 'The role is a superuser.'),
    ((select rolcreaterole from pg_roles where rolname = current_user), 'The role may create roles.'),
    ((select rolcreatedb from pg_roles where rolname = current_user), 'The role may create databases.'),
    ((select rolreplication from pg_roles where rolname = current_user), 'The role may replicate.'),
    ((select rolbypassrls from pg_roles where rolname = current_user), 'The role bypasses row level security.'),
    (pg_has_role('pg_read_server_files', 'member'), 'The role may read files of the server.'),
    (pg_has_role('pg_write_server_files', 'member'), 'The role may write files of the server.'),
    (pg_has_role('pg_execute_server_program', 'member'), 'The role may run programs on the server.'),
    (pg_has_role('pg_signal_backend', 'member'), 'The role may end other sessions.'),
    (to_regclass('sluice.queries') is not null and has_schema_privilege(to_regnamespace('sluice'), 'usage'),
      'The database is a control database of Sluice, and the role can look into it.')
  ) as checks (holds, warning)
  where holds`

/** Connects to a source as a worker would, and looks at what its role may do. */
export async function testSource(source: Source): Promise<SourceTestResult> {
  const startedAt = performance.now()
  const answer = (rest: Omit<SourceTestResult, 'duration_ms'>): SourceTestResult => ({
    ...rest,
    duration_ms: Math.round(performance.now() - startedAt),
  })
  try {
    const connection = await SourceConnection.connect(source)
    connection.close()
    const client = new pg.Client({ ...clientConfig(source), query_timeout: 10_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const version = await client.query<{ server_version: string }>('show server_version')
      const warnings = await client.query<{ warning: string }>(privilegeChecks)
      return answer({
        ok: true,
        error: null,
        server_version: version.rows[0]!.server_version,
        warnings: warnings.rows.map((row) => row.warning),
      })
    } finally {
      await client.end()
    }
  } catch (error) {
    const { error: queryError } = error instanceof RunError ? error : connectError(source.name, error)
    return answer({ ok: false, error: queryError, server_version: null, warnings: [] })
  }
}
