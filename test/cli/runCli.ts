import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { packageRoot } from '../../src/packageRoot.ts'
import { noteStarted } from '../helpers/running.ts'

/** How a run of the command line ended. */
export interface CliEnd {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A run of the command line. */
export interface CliRun {
  pid: number
  signal(signal: NodeJS.Signals): void
  /** Closes our end of its standard output, as `| head` does. */
  stopReading(): void
  ended: Promise<CliEnd>
}

export interface CliOptions {
  /** Environment variables; nothing else of ours reaches it but PATH and HOME. */
  env?: Record<string, string | undefined>
  /** What it reads on standard input; default: nothing. */
  input?: string
}

/** Starts `sluice …` in a process of its own, as a person would, but without a terminal. */
export function startCli(args: readonly string[], { env = {}, input = '' }: CliOptions = {}): CliRun {
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'sluice.js'), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const stopped = noteStarted(`sluice ${args.join(' ')}`, async () => void child.kill('SIGKILL'))
  // It may end before it has read everything.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const output = Promise.all([text(child.stdout).catch(() => ''), text(child.stderr)])
  const ended = once(child, 'exit').then(async ([code, signal]) => {
    stopped()
    const [stdout, stderr] = await output
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr }
  })
  return {
    pid: child.pid!,
    signal: (signal) => void child.kill(signal),
    stopReading: () => void child.stdout.destroy(),
    ended,
  }
}

/** Runs `sluice …` to its end. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
  return await startCli(args, options).ended
}
