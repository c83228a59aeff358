import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../log.ts'
import { exitCodes } from '../exitCodes.ts'
import { WorkerProcess, type ProcessEnd } from './workerProcess.ts'

const firstRestartMs = 500
const longestRestartMs = 30_000
/** A process that ran so long had started well. */
const startedWellMs = 30_000
/** A worn process waits at most so long for the one that takes its place. */
const overlapMs = 30_000

export interface SupervisorOptions {
  /** Number of worker processes. */
  processes: number
  /** Environment of each. */
  environment: NodeJS.ProcessEnv
  /** How long a process may let its queries run when it is told to stop. */
  drainSeconds: number
  logger: Logger
}

/** Where one of the processes stands. */
interface Place {
  /** From 1. */
  number: number
  /** The process that belongs here; undefined while none does. */
  current: WorkerProcess | undefined
  restart: NodeJS.Timeout | undefined
  restartMs: number
  /** Called when a process of this place serves its lanes. */
  onStarted: (() => void) | undefined
}

/**
 * Keeps worker processes running. One that dies is started again, after a pause that doubles
 * as long as it does so soon; one that is worn is replaced, one at a time: the next one
 * serves its lanes before the worn one claims nothing more.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #places: Place[]
  /** Processes that run, those that were replaced included. */
  readonly #processes = new Set<WorkerProcess>()
  readonly #ended = Promise.withResolvers<number>()
  #replacing: Promise<void> = Promise.resolve()
  #anyStarted = false
  #stopping = false
  #exitCode: number = exitCodes.succeeded

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#places = Array.from({ length: options.processes }, (_, i) => ({
      number: i + 1,
      current: undefined,
      restart: undefined,
      restartMs: firstRestartMs,
      onStarted: undefined,
    }))
  }

  /** Fulfils with the exit code when every process has ended and none is started again. */
  get ended(): Promise<number> {
    return this.#ended.promise
  }

  start(): void {
    for (const place of this.#places) this.#start(place)
  }

  /** Lets every process drain, and starts none any more. */
  stop(): void {
    if (this.#stopping) return
    this.#stopping = true
    for (const { restart } of this.#places) clearTimeout(restart)
    for (const process of this.#processes) process.drain()
    this.#endIfNoneIsLeft()
  }

  /** Makes processes that drain end at once. */
  hurry(): void {
    for (const process of this.#processes) process.hurry()
  }

  #start(place: Place): void {
    const { environment, drainSeconds, logger } = this.#options
    const process = new WorkerProcess(environment, drainSeconds)
    place.current = process
    this.#processes.add(process)
    process.once('started', () => {
      this.#anyStarted = true
      logger.info({ process: place.number, pid: process.pid }, 'the worker process serves its lanes')
      if (place.current === process) place.onStarted?.()
    })
    process.once('worn', (reason) => {
      // One after another: all at once would take twice the memory and connections.
      this.#replacing = this.#replacing.then(() => this.#replace(place, process, reason))
    })
    process.once('broken', () => {
      if (place.current === process && !this.#stopping) this.#startLater(place, 'the worker broke; another is started')
    })
    process.once('ended', (end) => this.#onEnd(place, process, end))
  }

  async #replace(place: Place, worn: WorkerProcess, reason: string): Promise<void> {
    if (place.current !== worn || this.#stopping) return
    const started = Promise.withResolvers<void>()
    place.onStarted = started.resolve
    this.#start(place)
    const about = { process: place.number, pid: worn.pid, reason, next: place.current.pid }
    this.#options.logger.info(about, 'the worker process is worn; another takes its place')
    const wait = new AbortController()
    await Promise.race([started.promise, sleep(overlapMs, undefined, { signal: wait.signal, ref: false })])
    wait.abort()
    place.onStarted = undefined
    worn.retire()
  }

  #onEnd(place: Place, process: WorkerProcess, end: ProcessEnd): void {
    const { logger } = this.#options
    this.#processes.delete(process)
    const about = { process: place.number, pid: process.pid, ...end }
    if (process.wasKilled) logger.error(about, 'the worker process did not end in its time and was killed')
    if (this.#stopping) {
      if (end.code !== 0 && process.hasStarted) this.#exitCode = exitCodes.failed
      this.#endIfNoneIsLeft()
    } else if (place.current !== process) logger.info(about, 'the worker process that was replaced has ended')
    else if (end.code === exitCodes.usage && !this.#anyStarted) {
      // It said what is wrong; so would the others, again and again.
      this.#exitCode = exitCodes.usage
      this.stop()
    } else {
      const isWell = end.code === 0
      this.#startLater(
        place,
        isWell ? 'the worker ended; another is started' : 'the worker died; it is started again',
        {
          ...end,
          isWell,
        },
      )
    }
  }

  #startLater(place: Place, what: string, { isWell = false, ...end }: Partial<ProcessEnd> & { isWell?: boolean } = {}) {
    const process = place.current!
    if (process.ageMs > startedWellMs) place.restartMs = firstRestartMs
    const delayMs = place.restartMs
    const about = { process: place.number, pid: process.pid, ...end, delayMs }
    if (isWell) this.#options.logger.info(about, what)
    else this.#options.logger.error(about, what)
    place.current = undefined
    place.restart = setTimeout(() => this.#start(place), delayMs)
    place.restartMs = Math.min(2 * delayMs, longestRestartMs)
  }

  #endIfNoneIsLeft(): void {
    if (this.#processes.size === 0) this.#ended.resolve(this.#exitCode)
  }
}
