const notificationResponse = 'A'.charCodeAt(0)
const headerBytes = 5

/** Takes notifications out of what a PostgreSQL server sends on one connection. */
export class NotificationFilter {
  readonly #isOn: () => boolean
  readonly #onSwallowed: () => void
  /** The beginning of a message whose type or length is not complete yet. */
  #head = Buffer.alloc(0)
  /** Bytes that the present message still has, and whether they are passed on. */
  #left = 0
  #passing = true

  constructor(isOn: () => boolean, onSwallowed: () => void) {
    this.#isOn = isOn
    this.#onSwallowed = onSwallowed
  }

  /** What of these bytes is passed on. The server must not have been asked for encryption. */
  pass(bytes: Buffer): Buffer {
    const passed: Buffer[] = []
    let rest = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes])
    this.#head = Buffer.alloc(0)
    while (rest.length > 0) {
      if (this.#left === 0) {
        if (rest.length < headerBytes) {
          this.#head = Buffer.from(rest)
          break
        }
        this.#left = 1 + rest.readInt32BE(1)
        this.#passing = !(rest[0] === notificationResponse && this.#isOn())
        if (!this.#passing) this.#onSwallowed()
      }
      const piece = rest.subarray(0, this.#left)
      if (this.#passing) passed.push(piece)
      this.#left -= piece.length
      rest = rest.subarray(piece.length)
    }
    return passed.length === 1 ? passed[0]! : Buffer.concat(passed)
  }
}
