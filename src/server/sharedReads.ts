interface Reading {
  /** When it was asked; answers are as old as that. */
  at: number
  isOpen: boolean
  value: Promise<unknown>
}

/** Readings that nobody asked for in so long are forgotten. */
const forgetAfterMs = 60_000
const mostReadings = 500

/**
 * Readings of the database that many viewers share: however many ask, each question is put
 * at most once per `maxAgeMs`, and never twice at a time.
 */
export class SharedReads {
  readonly #readings = new Map<string, Reading>()

  /**
   * The answer to a question that is at most so old.
   *
   * @param key names the question; the same key always means the same `read`
   */
  get<T>(key: string, maxAgeMs: number, read: () => Promise<T>): Promise<T> {
    const now = performance.now()
    const known = this.#readings.get(key)
    if (known !== undefined && (known.isOpen || now - known.at < maxAgeMs)) return known.value as Promise<T>
    const value = read()
    const reading: Reading = { at: now, isOpen: true, value }
    this.#readings.delete(key)
    this.#readings.set(key, reading)
    // A failure is told to those who share it, and not kept.
    value.then(
      () => (reading.isOpen = false),
      () => this.#readings.get(key) === reading && this.#readings.delete(key),
    )
    this.#forget(now)
    return value
  }

  #forget(now: number): void {
    for (const [key, { at }] of this.#readings) {
      if (now - at < forgetAfterMs && this.#readings.size <= mostReadings) return
      this.#readings.delete(key)
    }
  }
}
