import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../../packageRoot.ts'
import { workerFlags } from '../workerFlags.ts'

const firstRestartMs = 500
const longestRestartMs = 10_000
/** A worker that ran so long had started well. */
const startedWellMs = 30_000

/** A worker in a process of its own, started again when it dies. */
export class WorkerProcess {
  readonly #environment: NodeJS.ProcessEnv
  readonly #onRestart: (delayMs: number) => void
  #child: ChildProcess | undefined
  #restart: NodeJS.Timeout | undefined
  #restartMs = firstRestartMs
  #stopping = false
  #stopped = Promise.withResolvers<void>()

  constructor(environment: NodeJS.ProcessEnv, onRestart: (delayMs: number) => void) {
    this.#environment = environment
    this.#onRestart = onRestart
  }

  start(): void {
    const startedAt = performance.now()
    // A session of its own: Ctrl-C reaches `sluice dev`, which stops the worker in order. The
    // channel tells the worker if `sluice dev` is killed.
    const child = spawn(process.execPath, [...workerFlags, join(packageRoot, 'bin', 'sluice.js'), 'worker'], {
      env: this.#environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    })
    this.#child = child
    child.once('exit', () => {
      this.#child = undefined
      if (this.#stopping) {
        this.#stopped.resolve()
        return
      }
      if (performance.now() - startedAt > startedWellMs) this.#restartMs = firstRestartMs
      this.#onRestart(this.#restartMs)
      this.#restart = setTimeout(() => this.start(), this.#restartMs)
      this.#restartMs = Math.min(2 * this.#restartMs, longestRestartMs)
    })
  }

  /** Lets the worker drain and waits for its end. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#restart)
    if (this.#child === undefined) return
    this.#child.kill('SIGTERM')
    await this.#stopped.promise
  }

  /** Makes a worker that drains stop at once. */
  hurry(): void {
    this.#child?.kill('SIGTERM')
  }
}
