import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { packageRoot } from '../src/packageRoot.ts'
import { addSource } from '../src/sources/manage.ts'
import { freePort, openDatabase, type BenchDatabase, type SourceLogin } from './database.ts'

const startTimeoutMs = 30_000
const stopTimeoutMs = 20_000

/** What is measured: a server and a worker as processes of their own, on one PostgreSQL. */
export interface Stack {
  url: string
  apiKey: string
  source: SourceLogin
  /** The bench's own connection to the control database, for bookkeeping between measurements. */
  control: pg.Pool
  controlUrl: string
  serverPid: number
  workerPid: number
  postmasterPid: number | undefined
  logFile: string | undefined
}

export interface StackOptions {
  /** Server on which it has its databases; without it a PostgreSQL of its own is started. */
  databaseUrl?: string | undefined
  /** Where server and worker write CPU profiles. */
  profileFolder?: string | undefined
  /** For server and worker, besides the bench's own. */
  environment?: NodeJS.ProcessEnv
  /** Aborted when everything is to stop now. */
  signal: AbortSignal
  say: (text: string) => void
}

/** Starts everything, hands it to `work` and stops it again, whatever happens. */
export async function withStack(
  { databaseUrl, profileFolder, environment, signal, say }: StackOptions,
  work: (stack: Stack) => Promise<void>,
): Promise<void> {
  const cleanUps: (() => Promise<unknown>)[] = []
  try {
    say('Starting PostgreSQL and making 1,000,000 rows …')
    const database = await openDatabase(databaseUrl, signal)
    cleanUps.push(() => database.stop())
    signal.throwIfAborted()
    const control = new pg.Pool({ connectionString: database.controlUrl, max: 1 })
    control.on('error', () => undefined)
    cleanUps.push(() => control.end())
    await addSource(control, 'default', { ...database.source, tls: 'disable' })

    say('Starting server and worker …')
    const apiKey = randomBytes(32).toString('hex')
    const port = await freePort()
    const start = (role: 'server' | 'worker'): ChildProcess => {
      const own = { SLUICE_API_KEY: apiKey, SLUICE_PORT: String(port) }
      const child = startProcess(role, database, { ...environment, ...own }, profileFolder)
      cleanUps.push(() => stopProcess(child))
      return child
    }
    const server = start('server')
    const worker = start('worker')
    const url = `http://127.0.0.1:${port}`
    await until([server], signal, async () => (await fetch(`${url}/health/ready`)).ok)
    await until([worker], signal, async () => {
      const { rowCount } = await control.query('select from sluice.workers where stopped_at is null')
      return rowCount === 1
    })
    await work({
      url,
      apiKey,
      source: database.source,
      control,
      controlUrl: database.controlUrl,
      serverPid: server.pid!,
      workerPid: worker.pid!,
      postmasterPid: database.postmasterPid,
      logFile: database.logFile,
    })
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  }
}

function startProcess(
  role: 'server' | 'worker',
  database: BenchDatabase,
  environment: NodeJS.ProcessEnv,
  profileFolder: string | undefined,
): ChildProcess {
  const profile =
    profileFolder === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${role}.cpuprofile`]
  // A session of its own: Ctrl-C reaches the bench, which stops everything in order.
  return spawn(process.execPath, [...profile, join(packageRoot, 'bin', 'sluice.js'), role], {
    env: { ...process.env, SLUICE_LOG_LEVEL: 'warn', ...environment, DATABASE_URL: database.controlUrl },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  })
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await exited
  clearTimeout(force)
}

/** Waits until `ready` says so; throws if one of the processes ends before. */
async function until(children: ChildProcess[], signal: AbortSignal, ready: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + startTimeoutMs
  while (!(await ready().catch(() => false))) {
    if (children.some((child) => child.exitCode !== null)) throw new Error('The server or worker ended at its start.')
    if (performance.now() > deadline) throw new Error('The server or worker did not start in time.')
    await delay(50, undefined, { signal })
  }
}
