import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, chown, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { UsageError } from '../../errors.ts'
import { serverAccount, type Account } from './account.ts'
import { findBinaries, type Binaries } from './binaries.ts'
import { lockFolder, prepareFolder } from './folder.ts'
import { requireFreePort } from './ports.ts'

const execFileAsync = promisify(execFile)
const host = '127.0.0.1'
const superuser = 'postgres'

/** Settings of the embedded server: small, local, durable. */
const serverSettings = {
  listen_addresses: host,
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  // Nobody replicates it; a table that is made and filled in one transaction needs no log.
  wal_level: 'minimal',
  max_wal_senders: '0',
}

/** The embedded PostgreSQL of `sluice dev`, running. */
export interface EmbeddedPostgres {
  port: number
  /** Address of a database on it, as its superuser. */
  url(database: string): string
  stop(): Promise<void>
}

/**
 * Starts the embedded PostgreSQL in the folder `dataDir`, made at the first start and kept.
 *
 * @throws UsageError in one sentence if the folder, the port or the account will not do
 */
export async function startEmbeddedPostgres(dataDir: string, port: number): Promise<EmbeddedPostgres> {
  // PostgreSQL's programs run in the folder, where a relative path would mean another one.
  const folder = resolve(dataDir)
  const account = await serverAccount()
  await prepareFolder(folder, account)
  const unlock = await lockFolder(folder)
  try {
    const binaries = await findBinaries(folder, account)
    const data = join(folder, 'pgdata')
    const passwordFile = join(folder, 'superuser-password')
    await stopServer(binaries, data, account)
    await requireFreePort(
      host,
      port,
      `Port ${port}, which the embedded PostgreSQL would use, is taken. Choose another with SLUICE_EMBEDDED_PORT.`,
    )
    if (!(await exists(join(data, 'PG_VERSION')))) await initialise(binaries, folder, data, passwordFile, account)
    const password = (await readFile(passwordFile, 'utf8')).trim()
    await startServer(binaries, folder, data, port, account)
    return {
      port,
      url: (database) => `postgres://${superuser}:${password}@${host}:${port}/${database}`,
      async stop() {
        await stopServer(binaries, data, account)
        await unlock()
      },
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

/** Makes the data beside its place and moves it there when it is whole. */
async function initialise(
  binaries: Binaries,
  folder: string,
  data: string,
  passwordFile: string,
  account: Account | undefined,
): Promise<void> {
  const unfinished = `${data}.new`
  await rm(unfinished, { recursive: true, force: true })
  await rm(data, { recursive: true, force: true })
  await writeFile(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 })
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid)
  await run(binaries.initdb, folder, account, [
    `--pgdata=${unfinished}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ])
  await rename(unfinished, data)
}

async function startServer(
  binaries: Binaries,
  folder: string,
  data: string,
  port: number,
  account: Account | undefined,
): Promise<void> {
  const options = [`-p ${port}`, ...Object.entries(serverSettings).map(([name, value]) => `-c ${name}='${value}'`)]
  const log = join(folder, 'postgres.log')
  try {
    // pg_ctl gives the server a session of its own, so that Ctrl-C does not reach it.
    await run(binaries.pgCtl, folder, account, [
      'start',
      '--wait',
      '--silent',
      `--pgdata=${data}`,
      `--log=${log}`,
      '--options',
      options.join(' '),
    ])
  } catch (error) {
    const tail = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').slice(-3).join('\n')
    throw new UsageError(`The embedded PostgreSQL did not start. Its log, ${log}, ends with:\n${tail}`, {
      cause: error,
    })
  }
}

/** Stops the server if one runs on the data: at the end, or because an earlier `sluice dev` was killed. */
async function stopServer(binaries: Binaries, data: string, account: Account | undefined): Promise<void> {
  if (!(await exists(join(data, 'postmaster.pid')))) return
  await run(binaries.pgCtl, data, account, ['stop', '--wait', '--silent', '--mode=fast', `--pgdata=${data}`]).catch(
    async (error: unknown) => {
      // A file that a crash left behind names no process.
      const status = await run(binaries.pgCtl, data, account, ['status', `--pgdata=${data}`]).then(
        () => 'running',
        () => 'stopped',
      )
      if (status === 'running') throw error
    },
  )
}

async function run(program: string, cwd: string, account: Account | undefined, args: string[]): Promise<void> {
  try {
    await execFileAsync(program, args, { cwd, ...account, env: { ...process.env, LC_ALL: 'C' } })
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new UsageError(`${program} failed: ${(stderr ?? '').trim() || (error as Error).message}`, { cause: error })
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
