import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { packageRoot } from '../../src/packageRoot.ts'
import { noteStarted } from '../helpers/running.ts'

/** A `sluice dev` in processes of its own. */
export interface DevProcess {
  pid: number
  /** What it has printed so far. */
  output(): string
  /** What it and its worker have printed on standard error so far. */
  errors(): string
  /**
   * Fulfils with the match once it has printed that.
   *
   * @throws if it ends before
   */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends a signal to all of its group, as the terminal does at Ctrl-C. */
  signal(signal: NodeJS.Signals): void
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Fulfils when the last process that could print here is gone, the worker included. */
  silent: Promise<void>
}

/** Starts what `npm start` runs, with these environment variables besides PATH and HOME. */
export function startDev(env: Record<string, string>): DevProcess {
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'sluice.js'), 'dev'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Awaited<DevProcess['exited']>)
  const silent = once(child, 'close').then(() => stopped())
  const signal = (name: NodeJS.Signals): void => void process.kill(-child.pid!, name)
  const stopped = noteStarted('sluice dev', async () => {
    signal('SIGINT')
    await silent
  })
  return {
    pid: child.pid!,
    output: () => output,
    errors: () => errors,
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(output)
        if (match !== null) return match
        if (child.stdout.readableEnded) throw new Error(`sluice dev ended before ${pattern}:\n${output}${errors}`)
        await Promise.race([once(child.stdout, 'data'), once(child.stdout, 'end')])
      }
    },
    signal,
    exited,
    silent,
  }
}
