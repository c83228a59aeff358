/** Limits of a worker process; undefined: none. */
export interface RecyclingLimits {
  recycleAfterQueries: number | undefined
  recycleAboveMib: number | undefined
}

const bytesPerMib = 1024 * 1024

/** Tells, once, that a worker process is worn: it has run its queries, or holds more memory than it may. */
export class Recycling {
  readonly #limits: RecyclingLimits
  readonly #onWorn: (reason: string) => void
  readonly #onHopeless: (rssMib: number) => void
  #begun = false
  #ended = 0
  #told = false
  #warned = false

  /**
   * @param onWorn told why, in words
   * @param onHopeless told once that the process is above its limit before it has run anything: another would be, too
   */
  constructor(limits: RecyclingLimits, onWorn: (reason: string) => void, onHopeless: (rssMib: number) => void) {
    this.#limits = limits
    this.#onWorn = onWorn
    this.#onHopeless = onHopeless
  }

  /** A query begins. */
  runs(): void {
    this.#begun = true
  }

  /** A query has ended. */
  ran(): void {
    this.#ended++
    const most = this.#limits.recycleAfterQueries
    if (most !== undefined && this.#ended >= most) this.#tell(`has run ${this.#ended} queries`)
  }

  /** The process holds so much memory now. */
  weigh(rssBytes: number): void {
    const most = this.#limits.recycleAboveMib
    const rssMib = Math.round(rssBytes / bytesPerMib)
    if (most === undefined || rssMib <= most) return
    if (this.#begun) this.#tell(`holds ${rssMib} MiB of memory`)
    else if (!this.#warned) {
      this.#warned = true
      this.#onHopeless(rssMib)
    }
  }

  #tell(reason: string): void {
    if (this.#told) return
    this.#told = true
    this.#onWorn(reason)
  }
}
