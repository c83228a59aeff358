import type { Logger } from '../log.ts'

/** What a worker does beside running queries: now and then, or when something asks for it. */
export class Duties {
  readonly #logger: Logger
  readonly #timers: NodeJS.Timeout[] = []
  readonly #underWay = new Set<Promise<void>>()
  /** Duties under way that were asked for; true: and again since. */
  readonly #asked = new Map<string, boolean>()
  #isEnding = false

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /**
   * Begins a duty. If it fails, that is told and nothing else: something will ask for it again.
   *
   * @param what it does, as in "could not …"
   */
  begin(what: string, work: () => Promise<unknown>): void {
    if (this.#isEnding) return
    const duty = work().then(
      () => undefined,
      (error: unknown) => this.#logger.warn({ err: error }, `could not ${what}; it is tried again`),
    )
    this.#underWay.add(duty)
    void duty.finally(() => this.#underWay.delete(duty))
  }

  /** Begins a duty; asked for while it is under way it is done once more, however often that was. */
  ask(what: string, work: () => Promise<unknown>): void {
    if (this.#asked.has(what)) {
      this.#asked.set(what, true)
      return
    }
    this.#asked.set(what, false)
    this.begin(what, () =>
      work().finally(() => {
        const isAskedAgain = this.#asked.get(what) === true
        this.#asked.delete(what)
        if (isAskedAgain) this.ask(what, work)
      }),
    )
  }

  /** Repeats a duty; one that is still busy is not started again. */
  every(intervalMs: number, what: string, work: () => Promise<void>): void {
    let busy = false
    this.#timers.push(
      setInterval(() => {
        if (busy) return
        busy = true
        this.begin(what, () => work().finally(() => (busy = false)))
      }, intervalMs),
    )
  }

  /** Nothing begins any more. */
  stop(): void {
    this.#isEnding = true
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay)
  }
}
