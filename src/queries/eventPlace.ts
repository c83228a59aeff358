/** A text must fit in a header. */
const longestText = 4_000

/** A run of numbers, both ends included. */
type Range = [from: number, to: number]

/**
 * How far a reader of events has come: the highest number that it has seen, and the numbers
 * below it that it has not, because their transactions had not ended. As text it is the id
 * of a server-sent event: `120`, or `120.115.117-118` while three are missing.
 */
export class EventPlace {
  seen: number
  #missing: Range[]

  constructor(seen: number, missing: Range[] = []) {
    this.seen = seen
    this.#missing = missing
  }

  /** Undefined if the text is not one that {@link toString} made. */
  static parse(text: string): EventPlace | undefined {
    if (!/^\d{1,15}(\.\d{1,15}(-\d{1,15})?)*$/.test(text) || text.length > longestText) return undefined
    const [seen, ...missing] = text.split('.')
    const ranges = missing.map((part): Range => {
      const [from, to = from] = part.split('-')
      return [Number(from), Number(to)]
    })
    const rises = ranges.every(([from, to], i) => from <= to && from > (ranges[i - 1]?.[1] ?? -1))
    return rises && (ranges.at(-1)?.[1] ?? 0) <= Number(seen) ? new EventPlace(Number(seen), ranges) : undefined
  }

  /** From PostgreSQL's text of the number and of the int8multirange. */
  static fromSql(seen: string, missing: string): EventPlace {
    const ranges = [...missing.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]): Range => [
      Number(from),
      Number(to) - 1,
    ])
    return new EventPlace(Number(seen), ranges)
  }

  /** The missing numbers as the text of an int8multirange. */
  get missingSql(): string {
    return `{${this.#missing.map(([from, to]) => `[${from},${to}]`).join()}}`
  }

  isNew(id: number): boolean {
    return id > this.seen || this.#missing.some(([from, to]) => from <= id && id <= to)
  }

  /** Goes on to where the event has been seen; it is {@link isNew}. */
  take(id: number): void {
    if (id > this.seen) {
      if (id > this.seen + 1) this.#missing.push([this.seen + 1, id - 1])
      this.seen = id
      return
    }
    this.#missing = this.#missing.flatMap(([from, to]): Range[] => {
      if (id < from || id > to) return [[from, to]]
      return (
        [
          [from, id - 1],
          [id + 1, to],
        ] satisfies Range[]
      ).filter(([first, last]) => first <= last)
    })
  }

  /** Forgets missing numbers of which another reader, which has seen more, knows that they never come. */
  settle(other: EventPlace): void {
    this.#missing = this.#missing.flatMap(([from, to]): Range[] => {
      const above: Range[] = to > other.seen ? [[Math.max(from, other.seen + 1), to]] : []
      const below = other.#missing.map(([a, b]): Range => [Math.max(from, a), Math.min(to, b)])
      return [...below.filter(([a, b]) => a <= b), ...above]
    })
  }

  clone(): EventPlace {
    return new EventPlace(this.seen, [...this.#missing])
  }

  /**
   * Where far too many numbers are missing to be written down, a place before all of them:
   * who goes on from there gets some events again, but misses none.
   */
  toString(): string {
    const parts = this.#missing.map(([from, to]) => (from === to ? from : `${from}-${to}`))
    const text = [this.seen, ...parts].join('.')
    return text.length <= longestText ? text : String(this.#missing[0]![0] - 1)
  }
}
