/** Why a run is stopped before its end. */
export type StopReason = 'canceled' | 'lease_lost' | 'draining' | 'deadline'

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

  /** Stops every run of a query (there is one, unless an old one is about to learn that its lease is gone). */
  stopQuery(queryId: string, reason: StopReason): void {
    for (const run of this.#runs.values()) {
      if (run.queryId === queryId) run.controller.abort(new RunStopped(reason))
    }
  }

  stopRun(token: string, reason: StopReason): void {
    this.#runs.get(token)?.controller.abort(new RunStopped(reason))
  }

  stopAll(reason: StopReason): void {
    for (const run of this.#runs.values()) run.controller.abort(new RunStopped(reason))
  }

  /** What runs now. */
  list(): { queryId: string; token: string }[] {
    return [...this.#runs.values()].map(({ queryId, token }) => ({ queryId, token }))
  }

  get size(): number {
    return this.#runs.size
  }

  /** Resolves once nothing runs. */
  async empty(): Promise<void> {
    if (this.#runs.size > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve))
  }
}
