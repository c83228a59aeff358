import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { packageRoot } from '../../packageRoot.ts'
import { memoryEnvironment, memoryFlags } from '../memorySettings.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** So much longer than it may take a drain may take; then the process is killed. */
const drainGraceMs = 15_000
/** Who is told to end now has so long to put back what it runs. */
const hurryMs = 10_000

/** How a process ended. */
export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
}

interface WorkerProcessEvents {
  started: []
  worn: [reason: string]
  broken: []
  ended: [end: ProcessEnd]
}

/** A worker in a process of its own. */
export class WorkerProcess extends EventEmitter<WorkerProcessEvents> {
  readonly #child: ChildProcess
  readonly #drainMs: number
  readonly #startedAt = performance.now()
  #kill: NodeJS.Timeout | undefined
  hasStarted = false
  hasEnded = false
  /** It was killed because it did not end in its time. */
  wasKilled = false

  constructor(environment: NodeJS.ProcessEnv, drainSeconds: number) {
    super()
    this.#drainMs = drainSeconds * 1000
    const program = join(packageRoot, 'bin', 'sluice.js')
    // A session of its own: Ctrl-C reaches the supervisor alone, which stops its workers in order.
    // The channel tells the worker if the supervisor is killed.
    this.#child = spawn(process.execPath, [...memoryFlags, program, 'worker', '--supervised'], {
      env: { ...memoryEnvironment, ...environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    })
    this.#child.on('message', (message) => this.#hear(message as FromWorker))
    this.#child.once('exit', (code, signal) => this.#end({ code, signal }))
    this.#child.once('error', () => {
      // It could not be spawned: there is no exit then.
      if (this.#child.pid === undefined) this.#end({ code: null, signal: null })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get ageMs(): number {
    return performance.now() - this.#startedAt
  }

  /** Lets it claim nothing more, end its queries however long they take, and end. */
  retire(): void {
    this.#tell({ kind: 'retire' })
  }

  /** Lets it claim nothing more and end within the time of a drain. */
  drain(): void {
    this.#tell({ kind: 'drain' })
    this.#killIn(this.#drainMs + drainGraceMs)
  }

  /** Lets it put back what it runs, and end. */
  hurry(): void {
    this.#tell({ kind: 'hurry' })
    this.#killIn(hurryMs)
  }

  #tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined)
  }

  #killIn(ms: number): void {
    clearTimeout(this.#kill)
    this.#kill = setTimeout(() => {
      this.wasKilled = true
      this.#child.kill('SIGKILL')
    }, ms)
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case 'started':
        this.hasStarted = true
        this.emit('started')
        break
      case 'worn':
        this.emit('worn', message.reason)
        break
      case 'broken':
        this.emit('broken')
    }
  }

  #end(end: ProcessEnd): void {
    if (this.hasEnded) return
    this.hasEnded = true
    clearTimeout(this.#kill)
    this.emit('ended', end)
  }
}
