/**
 * A PostgreSQL server with a hot standby that follows it by streaming. At the top level of a file:
 *
 *     const pair = await startPostgresPair()
 *     pair.primary.pool, pair.standby.url
 *     await pair.crashPrimary(); …; await pair.promote()
 */
import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll } from 'vitest'
import { serverAccount } from '../../src/cli/dev/account.ts'
import { findBinaries } from '../../src/cli/dev/binaries.ts'
import { startEmbeddedPostgres } from '../../src/cli/dev/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import type { TestDatabase } from './database.ts'
import { endLeftovers } from './running.ts'
import { freePort } from './server.ts'

const execFileAsync = promisify(execFile)

type PairedDatabase = Pick<TestDatabase, 'url' | 'pool'>

export interface PostgresPair {
  /** A migrated control database. */
  primary: PairedDatabase
  /** The same, read-only until it is promoted. */
  standby: PairedDatabase
  /** Ends the primary as a crash does. */
  crashPrimary(): Promise<void>
  /** Makes the standby a primary. */
  promote(): Promise<void>
}

/** Starts both; the end of the file stops them. */
export async function startPostgresPair(): Promise<PostgresPair> {
  const folder = await mkdtemp(join(tmpdir(), `sluice-test-${process.pid}-`))
  const embedded = await startEmbeddedPostgres(folder, await freePort())
  const adminUrl = new URL(embedded.url('postgres'))
  await embedded.stop()
  const account = await serverAccount()
  const { pgCtl } = await findBinaries(folder, account)
  const dataOf = (name: 'primary' | 'standby'): string => join(folder, name === 'primary' ? 'pgdata' : 'standby')
  const control = async (name: 'primary' | 'standby', ...args: string[]): Promise<void> => {
    await execFileAsync(pgCtl, [...args, '--wait', '--silent', `--pgdata=${dataOf(name)}`], {
      cwd: folder,
      ...account,
      env: { ...process.env, LC_ALL: 'C' },
    })
  }
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    wal_level: 'replica',
    max_wal_senders: '4',
    max_connections: '120',
    fsync: 'off',
  }
  const start = async (name: 'primary' | 'standby', port: string): Promise<PairedDatabase> => {
    const options = Object.entries({ port, ...settings }).map(([key, value]) => `-c ${key}='${value}'`)
    await control(name, 'start', `--log=${join(dataOf(name), 'server.log')}`, '--options', options.join(' '))
    const url = new URL(adminUrl)
    url.port = port
    const pool = new pg.Pool({ connectionString: url.toString(), max: 20, application_name: 'sluice test' })
    pool.on('error', () => undefined)
    return { url: url.toString(), pool }
  }

  const first = await start('primary', adminUrl.port)
  await migrate(first.url)
  await first.pool.end()
  await control('primary', 'stop', '--mode=fast')
  await execFileAsync('cp', ['-a', dataOf('primary'), dataOf('standby')])
  const { username, password, port } = adminUrl
  await appendFile(
    join(dataOf('standby'), 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
  )
  await writeFile(join(dataOf('standby'), 'standby.signal'), '')
  const primary = await start('primary', port)
  const standby = await start('standby', String(await freePort()))

  afterAll(async () => {
    try {
      await endLeftovers()
    } finally {
      await Promise.all([primary.pool.end(), standby.pool.end()])
      for (const name of ['primary', 'standby'] as const) {
        await control(name, 'stop', '--mode=immediate').catch(() => undefined)
      }
      await rm(folder, { recursive: true, force: true })
    }
  })

  return {
    primary,
    standby,
    crashPrimary: () => control('primary', 'stop', '--mode=immediate'),
    promote: () => control('standby', 'promote'),
  }
}
