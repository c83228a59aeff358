import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runMigrations } from 'graphile-worker'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration'
import pg from 'pg'
import { packageRoot } from '../packageRoot.ts'
import { keepAlive } from './client.ts'
import { isTransient } from './sqlState.ts'
import type { DB } from './types.generated.ts'

const folder = join(packageRoot, 'migrations')
const lockTimeoutMs = 5_000
const lockAttempts = 12

/** What a call of {@link migrate} did. */
export interface MigrationReport {
  /** Names of the migrations that were applied, in order. */
  migrations: string[]
  /** Names of views and functions that were created or replaced. */
  repeatable: string[]
}

/**
 * Brings the control database up to date: graphile-worker's schema, the numbered files of
 * migrations/ in order, then every file of migrations/repeatable/ that is new or changed, together
 * with the rights of roles.
 * Any number of processes may call it at the same time; one works, the others wait.
 *
 * @throws the error of the statement that failed; nothing of that step is kept
 */
export async function migrate(connectionString: string): Promise<MigrationReport> {
  const pool = new pg.Pool({ connectionString, max: 3, application_name: 'sluice migrate', ...keepAlive })
  pool.on('error', () => undefined)
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  try {
    return await db.connection().execute(async (session) => {
      await sql`select pg_advisory_lock(hashtextextended('sluice.migrate', 0))`.execute(session)
      try {
        await runMigrations({ connectionString })
        const report = {
          migrations: await applyNumbered(db),
          repeatable: await patiently(() => applyRepeatable(db)),
        }
        await sql`select sluice.create_chunk_partitions()`.execute(db)
        // It takes its time where texts are many, and holds back nothing but their counting.
        await sql`select sluice.index_texts()`.execute(db)
        return report
      } finally {
        await sql`select pg_advisory_unlock(hashtextextended('sluice.migrate', 0))`.execute(session)
      }
    })
  } finally {
    await db.destroy()
  }
}

/** Files of migrations/ that a database does not have, or has in another version, without .sql. */
export async function pendingMigrations(client: Pick<pg.Pool, 'query'>): Promise<string[]> {
  const { rows } = await client.query<{ name: string; checksum: string | null }>(
    `select name, null as checksum from sluice.migrations
     union all select 'repeatable/' || name, checksum from sluice.repeatable_migrations`,
  )
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]))
  const numbered = (await readSql(folder)).filter(({ name }) => !applied.has(name)).map(({ name }) => name)
  const repeatable = (await readSql(join(folder, 'repeatable')))
    .map(({ name, text }) => ({ name: `repeatable/${name}`, checksum: checksumOf(text) }))
    .filter(({ name, checksum }) => applied.get(name) !== checksum)
  return [...numbered, ...repeatable.map(({ name }) => name)]
}

/** Numbered migrations that a database does not have. One that a later version has migrated lacks none. */
export async function missingMigrations(client: Pick<pg.ClientBase, 'query'>): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select name from sluice.migrations')
  const applied = new Set(rows.map(({ name }) => name))
  numberedNames ??= (await readSql(folder)).map(({ name }) => name)
  return numberedNames.filter((name) => !applied.has(name))
}

/** The files do not change while a process runs. */
let numberedNames: string[] | undefined

async function applyNumbered(db: Kysely<DB>): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: sqlFiles,
    migrationTableSchema: 'sluice',
    migrationTableName: 'migrations',
    migrationLockTableName: 'migrations_lock',
  })
  const applied: string[] = []
  // Each in a transaction of its own: what one locks is free again before the next takes its time.
  const next = async (): Promise<string | undefined> => {
    const { error, results = [] } = await migrator.migrateUp()
    if (error !== undefined) throw error
    return results[0]?.migrationName
  }
  for (;;) {
    const name = await patiently(next)
    if (name === undefined) return applied
    applied.push(name)
  }
}

const sqlFiles: MigrationProvider = {
  async getMigrations() {
    const migrations: Record<string, Migration> = {}
    for (const { name, text } of await readSql(folder)) {
      migrations[name] = {
        async up(db) {
          await sql.raw(`set local lock_timeout = ${lockTimeoutMs}`).execute(db)
          await sql.raw(text).execute(db)
        },
      }
    }
    return migrations
  },
}

async function applyRepeatable(db: Kysely<DB>): Promise<string[]> {
  const files = await readSql(join(folder, 'repeatable'))
  return await db.transaction().execute(async (transaction) => {
    await sql
      .raw(`set local lock_timeout = ${lockTimeoutMs}; set local check_function_bodies = off`)
      .execute(transaction)
    const known = new Map(
      (await transaction.selectFrom('sluice.repeatable_migrations').select(['name', 'checksum']).execute()).map(
        (row) => [row.name, row.checksum],
      ),
    )
    const applied: string[] = []
    for (const { name, text } of files) {
      const checksum = checksumOf(text)
      if (known.get(name) === checksum) continue
      await sql.raw(text).execute(transaction)
      await transaction
        .insertInto('sluice.repeatable_migrations')
        .values({ name, checksum })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ checksum, applied_at: new Date() }))
        .execute()
      applied.push(name)
    }
    // New functions are open to everybody until then.
    await sql`select sluice.grant_roles()`.execute(transaction)
    return applied
  })
}

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

async function readSql(path: string): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).sort()
  return await Promise.all(
    names.map(async (name) => ({
      name: name.slice(0, -'.sql'.length),
      text: await readFile(join(path, name), 'utf8'),
    })),
  )
}

/** A step that meets a lock held by running queries gives way after lock_timeout and tries again. */
async function patiently<T>(step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step()
    } catch (error) {
      if (!isTransient(error) || attempt === lockAttempts) throw error
    }
  }
}
