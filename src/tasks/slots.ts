import type { Claim } from '../queries/claim.ts'

export interface SlotsOptions {
  /** Number of queries that run at one time. */
  slots: number
  /** Claims up to `want` queries of a lane. `byTicket`: a ticket sent the worker, not a notification that others heard too. */
  claim: (lane: string, want: number, byTicket: boolean) => Promise<Claim[]>
  /** Runs a claimed query to its end; never rejects. */
  run: (claim: Claim) => Promise<void>
  /** Told of a claim that failed and that nobody waits for; the next look at the lane tries again. */
  onError: (error: unknown) => void
}

interface Lane {
  /** There may be something to claim. */
  asked: boolean
  /** When a query of the lane ends there may be something to claim, though nobody says so. */
  more: boolean
  claiming: boolean
  /** Tickets that wait for the next claim. */
  tickets: { resolve: () => void; reject: (error: unknown) => void }[]
}

/**
 * The slots of a worker. A lane that is looked at is claimed from as long as a slot is free
 * and something comes; free slots go round among the lanes that ask, one claim at a time
 * for each. A slot that ends a query makes its lane ask again, unless the lane was empty then
 * and nobody has looked since.
 */
export class Slots {
  readonly #options: SlotsOptions
  /** Lanes by name, the one served longest ago first. */
  readonly #lanes = new Map<string, Lane>()
  readonly #claims = new Set<Promise<void>>()
  #free: number
  #filling = false
  #stopped = false

  constructor(options: SlotsOptions) {
    this.#options = options
    this.#free = options.slots
  }

  /** Resolves once no claim is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#claims)
  }

  /** Claims from a lane as soon as a slot is free. */
  look(name: string): void {
    this.#lane(name).asked = true
    this.#fillSoon()
  }

  /**
   * Serves a ticket: claims from its lane, if a slot is free.
   *
   * @returns whether the lane was looked at; if not, the ticket is for somebody else
   * @throws what the claim threw
   */
  async serve(name: string): Promise<boolean> {
    const lane = this.#lane(name)
    lane.asked = true
    if (this.#free === 0 || this.#stopped) return false
    const claimed = new Promise<void>((resolve, reject) => lane.tickets.push({ resolve, reject }))
    this.#fillSoon()
    await claimed
    return true
  }

  /**
   * Claims nothing more.
   *
   * @returns the lanes in which there may be something left
   */
  stop(): string[] {
    this.#stopped = true
    for (const lane of this.#lanes.values()) for (const { resolve } of lane.tickets.splice(0)) resolve()
    return [...this.#lanes].filter(([, { asked }]) => asked).map(([name]) => name)
  }

  #lane(name: string): Lane {
    let lane = this.#lanes.get(name)
    if (lane === undefined) {
      lane = { asked: false, more: true, claiming: false, tickets: [] }
      this.#lanes.set(name, lane)
    }
    return lane
  }

  /** Slots that become free in one turn of the event loop are filled by one claim. */
  #fillSoon(): void {
    if (this.#filling) return
    this.#filling = true
    setImmediate(() => {
      this.#filling = false
      this.#fill()
    })
  }

  #fill(): void {
    const asking = [...this.#lanes].filter(([, { asked, claiming }]) => asked && !claiming)
    for (const [i, [name, lane]] of asking.entries()) {
      if (this.#free === 0 || this.#stopped) return
      const claim = this.#claim(name, lane, Math.ceil(this.#free / (asking.length - i))).finally(() =>
        this.#claims.delete(claim),
      )
      this.#claims.add(claim)
    }
  }

  async #claim(name: string, lane: Lane, want: number): Promise<void> {
    this.#free -= want
    lane.asked = false
    lane.claiming = true
    this.#lanes.delete(name)
    this.#lanes.set(name, lane)
    const tickets = lane.tickets.splice(0)
    let claims: Claim[] = []
    lane.more = true
    try {
      claims = await this.#options.claim(name, want, tickets.length > 0)
      lane.more = claims[0]?.more ?? true
      for (const { resolve } of tickets) resolve()
    } catch (error) {
      for (const { reject } of tickets) reject(error)
      if (tickets.length === 0) this.#options.onError(error)
    }
    lane.claiming = false
    if (claims.length === want && lane.more) lane.asked = true
    this.#free += want - claims.length
    for (const claim of claims) void this.#run(claim, lane)
    if (this.#free > 0) this.#fillSoon()
  }

  async #run(claim: Claim, lane: Lane): Promise<void> {
    await this.#options.run(claim)
    this.#free++
    if (lane.more) lane.asked = true
    this.#fillSoon()
  }
}
