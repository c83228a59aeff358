/** Downloads go out in pieces of about so many bytes. */
export const pieceBytes = 128 * 1024

/** Bytes of text on their way out: cells write at `at`, where there is always the margin left. */
export class TextBuffer {
  bytes: Buffer
  at = 0
  readonly #size: number
  readonly #margin: number

  /**
   * @param size bytes that it has besides the margin, and has again after something larger went through
   * @param margin bytes that are there after every `reserve` besides what was asked for
   */
  constructor(size: number, margin: number) {
    this.#size = size + margin
    this.#margin = margin
    this.bytes = Buffer.allocUnsafeSlow(this.#size)
  }

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    if (this.at + count + this.#margin > this.bytes.length) this.#grow(this.at + count + this.#margin)
  }

  /** Appends text that may be anything. */
  write(text: string): void {
    // A UTF-16 unit has at most three bytes in UTF-8.
    this.reserve(3 * text.length)
    this.at += this.bytes.write(text, this.at)
  }

  /** Appends bytes of another buffer as they are. */
  copy(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start)
    this.at = copyBytes(source, start, end, this.bytes, this.at)
  }

  /** What was written, valid until the next write. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.at)
    this.at = 0
    if (this.bytes.length > 2 * this.#size) this.bytes = Buffer.allocUnsafeSlow(this.#size)
    return taken
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
  }
}

/** Below this a loop is faster than a call out of JavaScript. */
const fewBytes = 48

function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  if (end - start > fewBytes) {
    target.set(source.subarray(start, end), at)
    return at + end - start
  }
  for (let i = start; i < end; i++) target[at++] = source[i]!
  return at
}
