/**
 * A PostgreSQL server for one test file, which may crash it. At the top level of the file:
 *
 *     const postgres = await startOwnPostgres()
 *     postgres.database          // a migrated control database: url, pool
 *     await postgres.crash()     // like pg_ctl stop -m immediate: commits that waited for no disk are lost
 *     await postgres.start()
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/cli/dev/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import type { TestDatabase } from './database.ts'
import { eventually } from './eventually.ts'
import { endLeftovers } from './running.ts'
import { freePort } from './server.ts'

/** A server of the test's own. */
export interface OwnPostgres {
  database: Pick<TestDatabase, 'url' | 'pool'>
  /** Ends the server as a crash does. */
  crash(): Promise<void>
  /** Starts it again. */
  start(): Promise<void>
  /** Lets what was committed so far survive a crash. */
  flush(): Promise<void>
}

/** Longer than any test takes, so that a commit which waits for no disk is lost in a crash. */
const walWriterDelay = '10s'

/**
 * Starts a server; the end of the file stops it.
 *
 * @param migrated whether its database is a control database already
 */
export async function startOwnPostgres({ migrated = true } = {}): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), `sluice-test-${process.pid}-`))
  const port = await freePort()
  let server: EmbeddedPostgres = await startEmbeddedPostgres(folder, port)
  const url = server.url('postgres')
  const pool = new pg.Pool({ connectionString: url, max: 20, application_name: 'sluice test' })
  pool.on('error', () => undefined)
  const settings = { wal_writer_delay: walWriterDelay, wal_writer_flush_after: '1GB', fsync: 'off' }
  for (const [name, value] of Object.entries(settings)) await pool.query(`alter system set ${name} = '${value}'`)
  await pool.query('select pg_reload_conf()')
  if (migrated) await migrate(url)

  afterAll(async () => {
    try {
      await endLeftovers()
    } finally {
      await pool.end()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    }
  })

  return {
    database: { url, pool },
    async crash() {
      const [pid] = (await readFile(join(folder, 'pgdata', 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGQUIT')
      await eventually(() => {
        if (isAlive(Number(pid))) throw new Error('PostgreSQL still runs')
      })
    },
    async start() {
      server = await startEmbeddedPostgres(folder, port)
    },
    async flush() {
      // A commit of what changes something waits for the disk, and for all that was written before it.
      await pool.query(`select pg_logical_emit_message(true, 'flush', '')`)
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
