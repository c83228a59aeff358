/**
 * `sluice worker --processes N`: a supervisor and its worker processes.
 *
 *     await using workers = await spawnWorkers(database, 2, { SLUICE_CONCURRENCY: '1' })
 *     const [first] = await workers.alive()
 *     process.kill(first!.pid, 'SIGKILL')
 *     await workers.logged('the worker died', { pid: first!.pid })
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'vitest'
import { packageRoot } from '../../src/packageRoot.ts'
import { testLogLevel } from './config.ts'
import type { TestDatabase } from './database.ts'
import { eventually } from './eventually.ts'
import { noteStarted } from './running.ts'

/** A row of sluice.workers. */
export interface WorkerRow {
  id: string
  pid: number
  supervisor_pid: number | null
  draining: boolean
  drain_reason: string | null
  stopped: boolean
}

/** A line of the log. */
export interface LogLine extends Record<string, unknown> {
  msg: string
  pid: number
  time: number
}

export interface SpawnedWorkers extends AsyncDisposable {
  /** Of the supervisor. */
  pid: number
  signal(signal: NodeJS.Signals): void
  /** Worker processes that serve their lanes now; waits until there are so many. */
  alive(): Promise<WorkerRow[]>
  /** All that there were, the oldest first. */
  all(): Promise<WorkerRow[]>
  /** Log lines so far, of all processes. */
  log(): LogLine[]
  /** Waits for a log line whose message holds the text and whose fields are these. */
  logged(text: string, fields?: Record<string, unknown>): Promise<LogLine>
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Fulfils when the last process is gone, the supervisor and its workers. */
  silent: Promise<void>
}

const patienceMs = 30_000
let started = 0

/** @param settings environment variables */
export async function spawnWorkers(
  { url, pool }: Pick<TestDatabase, 'url' | 'pool'>,
  processes: number,
  settings: Record<string, string> = {},
): Promise<SpawnedWorkers> {
  const name = `test-workers-${process.pid}-${++started}`
  const program = join(packageRoot, 'bin', 'sluice.js')
  const child = spawn(process.execPath, [program, 'worker', '--processes', String(processes)], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DATABASE_URL: url,
      SLUICE_WORKER_NAME: name,
      SLUICE_DRAIN_SECONDS: '10',
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    if (testLogLevel !== 'silent') process.stderr.write(text)
  })
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Awaited<SpawnedWorkers['exited']>)
  const silent = once(child, 'close').then(() => stopped())
  const end = async (): Promise<void> => {
    child.kill('SIGTERM')
    child.kill('SIGTERM')
    await silent
  }
  const stopped = noteStarted(name, end)

  const all = async (): Promise<WorkerRow[]> => {
    const { rows } = await pool.query<WorkerRow>(
      `select id, pid, supervisor_pid, draining, drain_reason, stopped_at is not null as stopped
       from sluice.workers where host = $1 order by started_at`,
      [name],
    )
    return rows
  }
  const log = (): LogLine[] =>
    printed
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine)
  return {
    pid: child.pid!,
    signal: (signal) => void child.kill(signal),
    all,
    alive: () =>
      eventually(async () => {
        const living = (await all()).filter(({ pid, draining, stopped }) => !draining && !stopped && lives(pid))
        expect(living).toHaveLength(processes)
        return living
      }, patienceMs),
    log,
    logged: (text, fields = {}) =>
      eventually(() => {
        const line = log().find((each) => each.msg.includes(text) && holds(each, fields))
        if (line === undefined) throw new Error(`Nothing of "${text}" with ${JSON.stringify(fields)} in:\n${printed}`)
        return line
      }, patienceMs),
    exited,
    silent,
    [Symbol.asyncDispose]: end,
  }
}

function holds(line: LogLine, fields: Record<string, unknown>): boolean {
  return Object.entries(fields).every(([name, value]) => line[name] === value)
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
