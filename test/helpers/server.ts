import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/cli/dev/embedded.ts'

/** The PostgreSQL server of one test run. */
export interface TestServer {
  /** What it is, for people. */
  kind: string
  /** Address of a database on it, as a role that may make databases and roles. */
  adminUrl: string
  /** @param keep true: leave the data where a person can look at it, if they are in a folder */
  stop(keep: boolean): Promise<void>
}

const defaultImage = 'postgres:18'
const engineProbeMs = 3_000
const folderPrefix = 'sluice-test-'

/**
 * The first of these that there is: the server at TEST_DATABASE_URL; a container, of image
 * TEST_POSTGRES_IMAGE, if a Docker engine answers; the embedded PostgreSQL.
 */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env['TEST_DATABASE_URL']
  if (given) return { kind: 'the server at TEST_DATABASE_URL', adminUrl: given, stop: async () => undefined }
  if (!(await engineAnswers())) return await startEmbedded()
  const image = process.env['TEST_POSTGRES_IMAGE'] || defaultImage
  try {
    return await startContainer(image)
  } catch (error) {
    process.stderr.write(`No container of ${image}, the embedded PostgreSQL instead: ${(error as Error).message}\n`)
    return await startEmbedded()
  }
}

async function engineAnswers(): Promise<boolean> {
  const { getContainerRuntimeClient } = await import('testcontainers')
  return await Promise.race([
    getContainerRuntimeClient().then(
      () => true,
      () => false,
    ),
    sleep(engineProbeMs, false, { ref: false }),
  ])
}

async function startContainer(image: string): Promise<TestServer> {
  const { GenericContainer, Wait } = await import('testcontainers')
  const password = randomBytes(24).toString('hex')
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: password })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=200'])
    .withExposedPorts(5432)
    // The image starts the server twice: first to make the database, then for good.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start()
  const host = container.getHost()
  return {
    kind: `a container of ${image}`,
    adminUrl: `postgres://postgres:${password}@${host}:${container.getMappedPort(5432)}/postgres`,
    stop: async () => {
      await container.stop()
    },
  }
}

async function startEmbedded(): Promise<TestServer> {
  await removeOldFolders()
  const folder = await mkdtemp(join(tmpdir(), `${folderPrefix}${process.pid}-`))
  const server = await startEmbeddedPostgres(folder, await freePort())
  const adminUrl = server.url('postgres')
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  // The data need not outlive a crash of the machine.
  for (const setting of ['fsync', 'full_page_writes']) await client.query(`alter system set ${setting} = off`)
  await client.query('select pg_reload_conf()')
  await client.end()
  return {
    kind: 'the embedded PostgreSQL',
    adminUrl,
    async stop(keep) {
      await server.stop()
      if (keep)
        process.stderr.write(
          `Their data are in ${folder}; npx sluice dev --data-dir ${folder} starts the server on it.\n`,
        )
      else await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', resolve)
  })
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Removes what runs left that failed or were killed, with the server that may still run on it. */
async function removeOldFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1]
    if (owner === undefined || lives(Number(owner))) continue
    const folder = join(tmpdir(), name)
    const isOurs = process.getuid?.() === 0 || (await stat(folder)).uid === process.getuid?.()
    if (!isOurs) continue
    await endServerOn(join(folder, 'pgdata'))
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

async function endServerOn(data: string): Promise<void> {
  const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0])
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  if (commandLine.includes(data)) process.kill(pid, 'SIGQUIT')
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
