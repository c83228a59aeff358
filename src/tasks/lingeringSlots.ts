/**
 * A slot that finds nothing to claim stays with its lane for so long. Under load the next
 * query comes before that, and is claimed without a ticket having to be fetched, locked and
 * deleted for it.
 */
const lingerMs = 50

/** Slots that have nothing to do and wait for a moment before they give their ticket back. */
export class LingeringSlots {
  readonly #byLane = new Map<string, Set<(lookAgain: boolean) => void>>()

  /** Fulfils with true when there may be something to claim, with false when the slot is to go. */
  async wait(lane: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    let slots = this.#byLane.get(lane)
    if (slots === undefined) {
      slots = new Set()
      this.#byLane.set(lane, slots)
    }
    slots.add(resolve)
    const timer = setTimeout(() => resolve(false), lingerMs)
    const lookAgain = await promise
    clearTimeout(timer)
    slots.delete(resolve)
    return lookAgain
  }

  /** Sends the slots of a lane to look; if it has none, lets those of other lanes go, so that they can take its ticket. */
  wake(lane: string): void {
    const slots = this.#byLane.get(lane)
    if (slots !== undefined && slots.size > 0) for (const resolve of slots) resolve(true)
    else this.release()
  }

  /** Lets every slot go. */
  release(): void {
    for (const slots of this.#byLane.values()) for (const resolve of slots) resolve(false)
  }
}
