/**
 * Why a run is stopped before its end. `lease_lost`: its lease is another's now. `untrusted`:
 * the worker could not say that it lives, so its lease may be another's at any moment.
 */
export type StopReason = 'canceled' | 'lease_lost' | 'untrusted' | 'draining' | 'deadline'

/** The reason of an abort signal of a run. */
export class RunStopped extends Error {
  override name = 'RunStopped'
  readonly reason: StopReason

  constructor(reason: StopReason) {
    super(`The run was stopped: ${reason}`)
    this.reason = reason
  }
}

interface ActiveRun {
  queryId: string
  token: string
  controller: AbortController
}

/** The queries that this process runs now, so that each can be stopped by its id. */
export class ActiveRuns {
  readonly #runs = new Map<string, ActiveRun>()
  readonly #open = new Map<string, string>()
  #emptied: (() => void)[] = []

  /** Enters a run; the signal is aborted with a {@link RunStopped} when it is to stop. */
  enter(queryId: string, token: string): AbortSignal {
    const controller = new AbortController()
    this.#runs.set(token, { queryId, token, controller })
    return controller.signal
  }

  leave(token: string): void {
    this.#runs.delete(token)
    if (this.#runs.size === 0) for (const resolve of this.#emptied.splice(0)) resolve()
  }

  /** Notes a run that is over without its end having been written: that is tried again. */
  leaveOpen(queryId: string, token: string): void {
    this.#open.set(token, queryId)
  }

  /** Runs that are over without their end having been written; from now on they count as ended. */
  takeOpen(): { queryId: string; token: string }[] {
    const open = [...this.#open].map(([token, queryId]) => ({ queryId, token }))
    this.#open.clear()
    return open
  }

  /** Whether a query runs. */
  has(queryId: string): boolean {
    return [...this.#runs.values()].some((run) => run.queryId === queryId)
  }

  /** Stops a run; whether nobody had stopped it before. */
  stopRun(token: string, reason: StopReason): boolean {
    const run = this.#runs.get(token)
    if (run === undefined || run.controller.signal.aborted) return false
    run.controller.abort(new RunStopped(reason))
    return true
  }

  stopAll(reason: StopReason): void {
    for (const run of this.#runs.values()) run.controller.abort(new RunStopped(reason))
  }

  /** What runs now, or has not ended. */
  list(): { queryId: string; token: string }[] {
    const open = [...this.#open].map(([token, queryId]) => ({ queryId, token }))
    return [...[...this.#runs.values()].map(({ queryId, token }) => ({ queryId, token })), ...open]
  }

  get size(): number {
    return this.#runs.size
  }

  /** Resolves once nothing runs. */
  async empty(): Promise<void> {
    if (this.#runs.size > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve))
  }
}
