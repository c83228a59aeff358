import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../src/db/migrate.ts'
import { chromiumPath } from './helpers/chromium.ts'
import { pgbouncerPath } from './helpers/pgbouncerPath.ts'
import { namePrefix, runLock, templateName, withDatabase } from './helpers/names.ts'
import { startTestServer } from './helpers/server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the test server, as a role that may make databases and roles. */
    adminUrl: string
    /** Id of this run, in the names of its databases. */
    run: string
  }
}

const notInBrowser =
  'NOT TESTED: the admin page in a browser. No Chromium was found: install it (apt-get install chromium), or name it in CHROMIUM_PATH.\n'

const notBehindPoolers =
  'NOT TESTED: poolers. No PgBouncer was found: install it (apt-get install pgbouncer), or name it in PGBOUNCER_PATH.\n'

/** What this machine cannot test. */
const untested = [
  chromiumPath === undefined ? notInBrowser : '',
  pgbouncerPath === undefined ? notBehindPoolers : '',
].join('')

/** Starts the server of the run and migrates the template; its end drops and stops everything. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer()
  const run = randomBytes(4).toString('hex')
  const admin = new pg.Client({ connectionString: server.adminUrl, application_name: 'sluice test run' })
  try {
    await admin.connect()
  } catch (error) {
    throw new Error(
      `Tests need a PostgreSQL server, and ${server.kind} does not answer. Unset TEST_DATABASE_URL for an embedded one.`,
      { cause: error },
    )
  }
  await admin.query(`select ${runLock}`, [run])
  await dropStale(admin)

  const template = templateName(run)
  await admin.query(`create database ${template}`)
  await migrate(withDatabase(server.adminUrl, template))
  project.provide('adminUrl', server.adminUrl)
  project.provide('run', run)
  process.stderr.write(untested)

  return async () => {
    await admin.query(`drop database ${template} with (force)`)
    const kept = await databasesOf(admin, run)
    if (kept.length > 0) process.stderr.write(`Databases of failed test files on ${server.kind}: ${kept.join(', ')}\n`)
    await admin.end()
    await server.stop(kept.length > 0)
    process.stderr.write(untested)
  }
}

/** Drops the databases and roles of runs that are over. */
async function dropStale(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ name: string; kind: 'database' | 'role' }>(
    `select datname as name, 'database' as kind from pg_database where starts_with(datname, $1)
     union all select rolname, 'role' from pg_roles where starts_with(rolname, $1)
     order by kind`,
    [namePrefix],
  )
  const over = new Map<string, boolean>()
  for (const { name, kind } of rows) {
    const run = name.slice(namePrefix.length).split('_')[0]!
    if (!over.has(run)) over.set(run, await isOver(admin, run))
    if (over.get(run)) await admin.query(`drop ${kind} ${name} ${kind === 'database' ? 'with (force)' : ''}`)
  }
}

/** Whether nobody holds the lock of a run; this run's own is held by this session, so asked of another. */
async function isOver(admin: pg.Client, run: string): Promise<boolean> {
  const { rows } = await admin.query<{ free: boolean }>(`select ${runLock} as free`, [run])
  if (rows[0]!.free) await admin.query(`select pg_advisory_unlock(hashtextextended('sluice_test:' || $1, 0))`, [run])
  return rows[0]!.free
}

async function databasesOf(admin: pg.Client, run: string): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    'select datname as name from pg_database where starts_with(datname, $1) order by 1',
    [`${namePrefix}${run}_`],
  )
  return rows.map(({ name }) => name)
}
