/**
 * Until when a worker may believe that its leases are its own, in memory that its heart's
 * thread writes and the worker reads before it acts. Counted on the monotonic clock of the
 * machine, which all threads share and which a stopped process does not stop.
 */
export class Trust {
  /** What the other thread gets. */
  readonly memory: SharedArrayBuffer
  readonly #until: BigInt64Array<SharedArrayBuffer>
  readonly #counters: Int32Array<SharedArrayBuffer>

  constructor(memory = new SharedArrayBuffer(16)) {
    this.memory = memory
    this.#until = new BigInt64Array(memory, 0, 1)
    this.#counters = new Int32Array(memory, 8, 2)
  }

  /** @param at `process.hrtime.bigint()` at that moment; 0: not at all */
  set until(at: bigint) {
    Atomics.store(this.#until, 0, at)
  }

  get until(): bigint {
    return Atomics.load(this.#until, 0)
  }

  get holds(): boolean {
    return process.hrtime.bigint() < this.until
  }

  /** How often trust was lost. What the worker held at such a moment is not its own any more. */
  get losses(): number {
    return Atomics.load(this.#counters, 0)
  }

  lose(): void {
    this.until = 0n
    Atomics.add(this.#counters, 0, 1)
  }

  /** Signs of life of the worker's event loop. */
  get ticks(): number {
    return Atomics.load(this.#counters, 1)
  }

  tick(): void {
    Atomics.add(this.#counters, 1, 1)
  }
}
