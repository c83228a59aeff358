import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../src/cli/dev/embedded.ts'
import { migrate } from '../src/db/migrate.ts'

const controlDatabase = 'sluice_bench_control'
const role = 'sluice_bench_reader'

/** Name of the source database, which tells its backends from the others. */
export const sourceDatabase = 'sluice_bench_source'

/** How the source is reached: by a role that may read its tables and nothing else. */
export interface SourceLogin {
  host: string
  port: number
  database: string
  user: string
  password: string
}

/** The PostgreSQL of a bench, with a control database and a source database on it. */
export interface BenchDatabase {
  controlUrl: string
  source: SourceLogin
  /** Process id of the postmaster, undefined for a server that was given. */
  postmasterPid: number | undefined
  /** What PostgreSQL writes, undefined for a server that was given. */
  logFile: string | undefined
  stop(): Promise<void>
}

/**
 * Starts an embedded PostgreSQL in a temporary folder, or takes the server of DATABASE_URL;
 * makes both databases. Nothing is left behind by `stop`.
 *
 * @param signal aborted when the start is to stop
 */
export async function openDatabase(givenUrl: string | undefined, signal: AbortSignal): Promise<BenchDatabase> {
  const server = givenUrl === undefined ? await startServer() : givenServer(givenUrl)
  try {
    await dropDatabases(server.adminUrl)
    const source = await makeDatabases(server.adminUrl, signal)
    const controlUrl = withDatabase(server.adminUrl, controlDatabase)
    await migrate(controlUrl)
    return {
      controlUrl,
      source,
      postmasterPid: server.postmasterPid,
      logFile: server.logFile,
      async stop() {
        if (givenUrl !== undefined) await dropDatabases(server.adminUrl)
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

interface Server {
  adminUrl: string
  postmasterPid: number | undefined
  logFile: string | undefined
  stop(): Promise<void>
}

function givenServer(adminUrl: string): Server {
  return { adminUrl, postmasterPid: undefined, logFile: undefined, stop: () => Promise.resolve() }
}

async function startServer(): Promise<Server> {
  // On disk: /tmp is memory on many systems.
  const folder = await mkdtemp(join(process.platform === 'linux' ? '/var/tmp' : tmpdir(), 'sluice-bench-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const embedded = await startEmbeddedPostgres(folder, await freePort())
    return {
      adminUrl: embedded.url('postgres'),
      postmasterPid: await postmasterPid(folder),
      logFile: join(folder, 'postgres.log'),
      async stop() {
        await embedded.stop()
        await remove()
      },
    }
  } catch (error) {
    // Ctrl-C reaches pg_ctl, too, which may have started the server by then.
    const pid = await postmasterPid(folder)
    if (pid !== undefined) process.kill(pid, 'SIGQUIT')
    await remove()
    throw error
  }
}

async function postmasterPid(folder: string): Promise<number | undefined> {
  const pidFile = await readFile(join(folder, 'pgdata', 'postmaster.pid'), 'utf8').catch(() => undefined)
  return pidFile === undefined ? undefined : Number(pidFile.split('\n')[0])
}

async function makeDatabases(adminUrl: string, signal: AbortSignal): Promise<SourceLogin> {
  const password = randomBytes(24).toString('hex')
  await withClient(adminUrl, async (client) => {
    for (const name of [controlDatabase, sourceDatabase]) {
      await client.query(`create database ${name}`)
      await client.query(`revoke all on database ${name} from public`)
    }
    await client.query(
      `create role ${role} login nosuperuser nocreatedb nocreaterole noreplication password '${password}'`,
    )
    await client.query(`grant connect on database ${sourceDatabase} to ${role}`)
  })
  await withClient(withDatabase(adminUrl, sourceDatabase), async (client) => {
    signal.addEventListener('abort', () => void client.end().catch(() => undefined), { once: true })
    signal.throwIfAborted()
    const statements = (await readFile(join(import.meta.dirname, 'source.sql'), 'utf8')).split(/;\s*$/m)
    for (const statement of statements) await client.query(statement)
    await client.query(`revoke all on schema public from public`)
    await client.query(`grant usage on schema public to ${role}`)
    await client.query(`grant select on all tables in schema public to ${role}`)
  })
  const { hostname, port } = new URL(adminUrl)
  return { host: hostname, port: Number(port || 5432), database: sourceDatabase, user: role, password }
}

async function dropDatabases(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    for (const name of [controlDatabase, sourceDatabase]) {
      await client.query(`drop database if exists ${name} with (force)`)
    }
    await client.query(`drop role if exists ${role}`)
  })
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', resolve)
  })
  const { port } = probe.address() as AddressInfo
  await new Promise<void>((resolve) => probe.close(() => resolve()))
  return port
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.toString()
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
