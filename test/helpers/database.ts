/**
 * Databases of a test file. At the top level of the file:
 *
 *     const database = await createDatabase()          // migrated control database: url, pool
 *     const source = await createSource(database, { setup: 'create table t as select 1 as x' })
 *
 * After the file's tests and its own afterAll hooks (which close what they opened) nobody
 * may be connected to them any more: that is checked, then they are dropped. Those of a file
 * with a failed test are kept until the next run, and named.
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, expect, inject } from 'vitest'
import { addSource } from '../../src/sources/manage.ts'
import { eventually } from './eventually.ts'
import { endLeftovers } from './running.ts'
import { namePrefix, templateName, withDatabase } from './names.ts'

/** A database of one test file. */
export interface TestDatabase {
  name: string
  /** Its address, as its owner. */
  url: string
  /** Connections of the test itself, as its owner. */
  pool: pg.Pool
  /** Closes `pool` and drops the database now. Not needed: the end of the file does it. */
  drop(): Promise<void>
}

/** A database that runs users' SQL, entered in sluice.sources of a control database. */
export interface TestSource extends TestDatabase {
  /** Name of the source. */
  source: string
  /** The login role of the source, which may read the tables of schema public and nothing else. */
  role: string
  /** Address of the database as that role. */
  roleUrl: string
}

/** Long enough for what closes in the background, such as the end of a canceled statement. */
const leakCheckMs = 5_000

/**
 * Makes a database: a clone of the migrated template, or an empty one.
 *
 * @throws unless called at the top level of a test file
 */
export async function createDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const database = await makeDatabase(empty ? undefined : templateName(inject('run')))
  dropAfterFile([database], async () => undefined)
  return database
}

/**
 * Makes a database with a least-privilege login role, and enters it as a source.
 *
 * @param setup SQL that its owner runs first: tables that the role may then read
 * @param grants SQL that gives the role more, with `:role` for its name
 */
export async function createSource(
  control: Pick<TestDatabase, 'pool'>,
  {
    name = 'default',
    setup = '',
    grants = '',
    writes = false,
    maxConnections,
  }: { name?: string; setup?: string; grants?: string; writes?: boolean; maxConnections?: number } = {},
): Promise<TestSource> {
  const database = await makeDatabase(undefined)
  const role = `${database.name}_role`
  const password = randomBytes(12).toString('hex')
  const roleUrl = new URL(database.url)
  roleUrl.username = role
  roleUrl.password = password
  dropAfterFile([database], async (admin) => {
    await admin.query(`drop role ${role}`)
  })

  await database.pool.query(`create role ${role} login password '${password}'`)
  await database.pool.query(`
    revoke all on database ${database.name} from public;
    revoke all on schema public from public;
    ${setup};
    grant connect on database ${database.name} to ${role};
    grant usage on schema public to ${role};
    grant select on all tables in schema public to ${role};
    ${grants.replaceAll(':role', role)}`)
  await addSource(control.pool, name, {
    host: roleUrl.hostname,
    port: Number(roleUrl.port || 5432),
    database: database.name,
    user: role,
    password,
    tls: 'disable',
    writes,
    max_connections: maxConnections,
  })
  return { ...database, source: name, role, roleUrl: roleUrl.toString() }
}

/** Runs work on a connection of the server's administrator. */
export async function withAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: inject('adminUrl'), application_name: 'sluice test' })
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

async function makeDatabase(template: string | undefined): Promise<TestDatabase> {
  if (expect.getState().currentTestName !== undefined) {
    throw new Error('Make databases at the top level of a test file, where their end can be seen to.')
  }
  const name = `${namePrefix}${inject('run')}_${randomBytes(4).toString('hex')}`
  await withAdmin((admin) => admin.query(`create database ${name} ${template ? `template ${template}` : ''}`))
  const url = withDatabase(inject('adminUrl'), name)
  const pool = new pg.Pool({ connectionString: url, max: 20, application_name: 'sluice test' })
  // A test may end its connections at the server.
  pool.on('error', () => undefined)
  return {
    name,
    url,
    pool,
    async drop() {
      if (!pool.ending) await pool.end()
      await withAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`))
    },
  }
}

function dropAfterFile(databases: TestDatabase[], cleanUp: (admin: pg.Client) => Promise<void>): void {
  let failed = false
  afterEach(({ task }) => {
    failed ||= task.result?.state === 'fail'
  })
  const { testPath } = expect.getState()
  afterAll(async () => {
    await endLeftovers().catch((error: unknown) => {
      failed = true
      throw error
    })
    for (const database of databases) {
      if (!database.pool.ending) await database.pool.end()
      try {
        await eventually(() => expectNobody(database.name), leakCheckMs)
      } catch (error) {
        failed = true
        throw error
      } finally {
        if (failed) process.stderr.write(`Kept for ${testPath}: ${database.url}\n`)
        else await database.drop()
      }
    }
    if (!failed) await withAdmin(cleanUp)
  })
}

async function expectNobody(database: string): Promise<void> {
  const { rows } = await withAdmin((admin) =>
    admin.query(
      `select application_name, state, left(query, 200) as query from pg_stat_activity
       where datname = $1 and backend_type = 'client backend'`,
      [database],
    ),
  )
  if (rows.length > 0) {
    throw new Error(`After the test file ${rows.length} connections to ${database} are open: ${JSON.stringify(rows)}`)
  }
}
