import { compress, fastLevel, usualLevel } from './frames.ts'

/** A result whose chunks shrink this much, such as text that repeats itself, … */
const easyRatio = 8
/** … is compressed at more than twice the speed, unless its chunks shrink to this only. */
const leastRatio = 4

/** Compresses the chunks of one result. */
export class ChunkCompressor {
  #level = usualLevel
  #isSettled = false

  /** A chunk as one zstd frame. */
  async compress(message: Buffer): Promise<Buffer> {
    const level = this.#level
    const frame = await compress(message, level)
    const ratio = message.length / frame.length
    if (level === fastLevel && ratio < leastRatio) {
      this.#level = usualLevel
      this.#isSettled = true
    } else if (!this.#isSettled && level === usualLevel && ratio >= easyRatio) {
      this.#level = fastLevel
    }
    return frame
  }
}
