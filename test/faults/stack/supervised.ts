import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const restartMs = 300
const keptLines = 400

/** A process that is started again when it ends, as systemd or Kubernetes would. */
export class Supervised {
  readonly name: string
  readonly #start: () => ChildProcess
  readonly #lines: string[] = []
  #child: ChildProcess
  #exited: Promise<unknown>
  #stopping = false
  /** How often it was started again. */
  restarts = 0

  /** @param start starts it, with its outputs as pipes */
  constructor(name: string, start: () => ChildProcess) {
    this.name = name
    this.#start = start
    ;[this.#child, this.#exited] = this.#launch()
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** The last lines that it printed, of all its lives. */
  get output(): readonly string[] {
    return this.#lines
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Sends a signal and waits until the process that got it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const exited = this.#exited
    this.#child.kill(signal)
    await exited
  }

  /** Ends it for good. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', patienceMs = 20_000): Promise<void> {
    this.#stopping = true
    this.#child.kill(signal)
    // A stopped process cannot heed anything but this.
    this.#child.kill('SIGCONT')
    const force = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs)
    await this.#exited
    clearTimeout(force)
  }

  #launch(): [ChildProcess, Promise<unknown>] {
    const child = this.#start()
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#lines.push(...text.split('\n').filter(Boolean))
        if (this.#lines.length > keptLines) this.#lines.splice(0, this.#lines.length - keptLines)
      })
    }
    const exited = once(child, 'exit')
    void exited.then(async ([code, signal]) => {
      this.#lines.push(`-- ${this.name} (process ${child.pid}) ended: ${code ?? signal}`)
      await sleep(restartMs)
      if (this.#stopping) return
      this.restarts++
      ;[this.#child, this.#exited] = this.#launch()
    })
    return [child, exited]
  }
}

/** Starts a program with its outputs as pipes. */
export function spawnPiped(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
}
