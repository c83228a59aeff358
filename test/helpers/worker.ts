/**
 * Workers.
 *
 *     const worker = await startWorker(database)       // in the test's process
 *     afterAll(() => worker.stop())
 *
 *     const worker = await spawnWorker(database, { args: ['--lanes', 'reports'] })   // `sluice worker` in a process of its own
 *     worker.signal('SIGTERM'); await worker.exited
 *
 * Both have registered themselves in sluice.workers when the promise fulfils. Inside a test `await
 * using` stops them (the process by SIGKILL if it still runs).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'vitest'
import { startPool } from '../../src/cli/worker/startPool.ts'
import { packageRoot } from '../../src/packageRoot.ts'
import { testConfig, testLogLevel } from './config.ts'
import type { TestDatabase } from './database.ts'
import { eventually } from './eventually.ts'
import { noteStarted } from './running.ts'

/** A worker in the test's process. */
export interface TestWorker extends AsyncDisposable {
  /** Its id in sluice.workers. */
  id: string
  /** Drains it and waits for its end. */
  stop(): Promise<void>
}

/** A worker in a process of its own. */
export interface WorkerChild extends AsyncDisposable {
  /** Its id in sluice.workers. */
  id: string
  pid: number
  signal(signal: NodeJS.Signals): void
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** What it has printed so far, both streams. */
  output(): string
}

let started = 0

/**
 * Starts a worker in this process.
 *
 * @param settings environment variables, as for `sluice worker`
 */
export async function startWorker(
  database: Pick<TestDatabase, 'url' | 'pool'>,
  settings: Record<string, string> = {},
): Promise<TestWorker> {
  const name = nextName()
  const config = testConfig({ DATABASE_URL: database.url, SLUICE_WORKER_NAME: name, ...settings })
  const runner = await startPool(config)
  let ended: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped()
    ended ??= runner.stop().then(() => runner.promise)
    return ended
  }
  const stopped = noteStarted(name, stop)
  return { id: await findWorker(database, name), stop, [Symbol.asyncDispose]: stop }
}

/**
 * Starts `sluice worker` in a process of its own.
 *
 * @param settings environment variables
 * @param args arguments after `sluice worker`
 */
export async function spawnWorker(
  database: Pick<TestDatabase, 'url' | 'pool'>,
  { settings = {}, args = [] }: { settings?: Record<string, string>; args?: string[] } = {},
): Promise<WorkerChild> {
  const name = nextName()
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'sluice.js'), 'worker', ...args], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DATABASE_URL: database.url,
      SLUICE_WORKER_NAME: name,
      SLUICE_LOG_LEVEL: testLogLevel === 'silent' ? 'info' : testLogLevel,
      SLUICE_DRAIN_SECONDS: '5',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (testLogLevel !== 'silent') process.stderr.write(text)
    })
  }
  const exited = once(child, 'exit').then(([code, signal]) => {
    stopped()
    return { code: code as number | null, signal: signal as NodeJS.Signals | null }
  })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  const stopped = noteStarted(name, kill)
  const died = exited.then(({ code }) => {
    throw new Error(`sluice worker ended with ${code} instead of starting:\n${printed}`)
  })
  const found = findWorker(database, name).catch((error: unknown) => {
    throw new Error(`sluice worker has not begun:\n${printed}`, { cause: error })
  })
  const id = await Promise.race([found, died])
  died.catch(() => undefined)
  return {
    id,
    pid: child.pid!,
    signal: (signal) => void child.kill(signal),
    kill,
    exited,
    output: () => printed,
    [Symbol.asyncDispose]: kill,
  }
}

function nextName(): string {
  started++
  return `test-worker-${process.pid}-${started}`
}

async function findWorker({ pool }: Pick<TestDatabase, 'pool'>, name: string): Promise<string> {
  return await eventually(async () => {
    const { rows } = await pool.query<{ id: string }>('select id from sluice.workers where host = $1', [name])
    expect(rows).toHaveLength(1)
    return rows[0]!.id
    // A process of its own takes long to start on a machine that does much else.
  }, 50_000)
}
