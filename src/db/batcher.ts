import { setTimeout as sleep } from 'node:timers/promises'
import { isConnectionError } from './sqlState.ts'

const mostGatherMs = 16

interface Waiting<Item, Answer> {
  item: Item
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/**
 * Gathers single items into batches: while one batch is under way, items wait and make the
 * next. A lone item goes at once; under load batches grow by themselves.
 */
export class Batcher<Item, Answer> {
  readonly #run: (items: Item[]) => Promise<Answer[]>
  readonly #mostItems: number
  readonly #gatherMsPerItem: number
  #waiting: Waiting<Item, Answer>[] = []
  #running = false

  /**
   * @param run answers items in their order, all or none; a batch that fails is run item by item, unless the server has gone
   * @param mostItems largest batch
   * @param gatherMsPerItem under load a batch starts no sooner than this times the number of
   *   items in the one before (at most {@link mostGatherMs}) after that one, since a
   *   transaction costs several times what one more item in it costs; a lone item never waits
   */
  constructor(run: (items: Item[]) => Promise<Answer[]>, mostItems: number, gatherMsPerItem = 0) {
    this.#run = run
    this.#mostItems = mostItems
    this.#gatherMsPerItem = gatherMsPerItem
  }

  /** The answer to one item. */
  add(item: Item): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#waiting.push({ item, resolve, reject })
    if (!this.#running) {
      this.#running = true
      // Items that are added in the same turn of the event loop share the first batch.
      setImmediate(() => void this.#drain())
    }
    return promise
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const startedAt = performance.now()
      const batch = this.#waiting.splice(0, this.#mostItems)
      try {
        const answers = await this.#run(batch.map(({ item }) => item))
        batch.forEach(({ resolve }, i) => resolve(answers[i]!))
      } catch (error) {
        if (batch.length === 1 || isConnectionError(error)) for (const { reject } of batch) reject(error)
        else await this.#runEach(batch)
      }
      const gatherMs = batch.length > 1 ? Math.min(batch.length * this.#gatherMsPerItem, mostGatherMs) : 0
      const early = gatherMs - (performance.now() - startedAt)
      if (early > 0) await sleep(early)
    }
    this.#running = false
  }

  /** One bad item fails a batch as a whole; alone, it fails alone. */
  async #runEach(batch: Waiting<Item, Answer>[]): Promise<void> {
    for (const { item, resolve, reject } of batch) {
      try {
        const [answer] = await this.#run([item])
        resolve(answer!)
      } catch (error) {
        reject(error)
      }
    }
  }
}
