import { RunError } from '../errors.ts'

const headerBytes = 5
const leastCarryBytes = 16 * 1024
/** Up to here a buffer grows at once to what the message needs. */
const mostGrownAtOnceBytes = 1024 * 1024
/** A buffer that one huge message needed is let go above this. */
const mostCarryBytesKept = 8 * 1024 * 1024

/** Buffers of readers that are done, for those to come: most statements are short, and memory costs more than they. */
const spares: Buffer[] = []
const mostSpares = 4
const none = Buffer.alloc(0)

/**
 * Largest message that is taken from a source. The length is checked before anything is
 * buffered, so that no single row can fill the worker's memory.
 */
export const maxMessageBytes = 256 * 1024 * 1024

/**
 * Called once per message; `body` of the message is `bytes[start, end)` and valid only
 * during the call. False stops the reading.
 */
export type MessageHandler = (type: number, bytes: Buffer, start: number, end: number) => boolean

/**
 * Whether a message of `bodyBytes` is to be read; asked about one that has not all arrived, before
 * any of its body is kept. Of one that is not wanted the handler hears nothing.
 */
export type MessageFilter = (type: number, bodyBytes: number) => boolean

/**
 * Cuts a byte stream into messages without copying, except for a message that lies across
 * two pieces of the stream.
 */
export class MessageReader {
  readonly #onMessage: MessageHandler
  readonly #isWanted: MessageFilter
  #carry: Buffer = none
  #carried = 0
  /** Bytes still to come of a message that is not wanted. */
  #unwanted = 0

  constructor(onMessage: MessageHandler, isWanted: MessageFilter = () => true) {
    this.#onMessage = onMessage
    this.#isWanted = isWanted
  }

  /**
   * Takes the next piece of the stream.
   *
   * @returns the bytes after the message at which the handler stopped, undefined if it did not stop
   * @throws RunError if a length is impossible, or above {@link maxMessageBytes} for a message that is wanted
   */
  push(piece: Buffer): Buffer | undefined {
    let at = Math.min(this.#unwanted, piece.length)
    this.#unwanted -= at
    if (this.#carried > 0) {
      const hadHeader = this.#carried >= headerBytes
      at = this.#completeHeader(piece, at)
      if (this.#carried < headerBytes) return undefined
      const total = messageBytes(this.#carry, 0)
      const missing = total - this.#carried - (piece.length - at)
      if (!hadHeader && missing > 0 && !this.#wants(this.#carry[0]!, total)) {
        this.#carried = 0
        this.#unwanted = missing
        return undefined
      }
      at = this.#complete(piece, at, total)
      if (this.#carried < total) return undefined
      const message = this.#carry
      this.#carried = 0
      if (message.length > mostCarryBytesKept) this.#carry = none
      if (!this.#onMessage(message[0]!, message, headerBytes, total)) return piece.subarray(at)
    }
    while (piece.length - at >= headerBytes) {
      const total = messageBytes(piece, at)
      if (piece.length - at < total) break
      const end = at + total
      if (!this.#onMessage(piece[at]!, piece, at + headerBytes, end)) return piece.subarray(end)
      at = end
    }
    const rest = piece.length - at
    if (rest >= headerBytes && !this.#wants(piece[at]!, messageBytes(piece, at))) {
      this.#unwanted = messageBytes(piece, at) - rest
    } else if (rest > 0) {
      this.#complete(piece, at, rest)
    }
    return undefined
  }

  #wants(type: number, total: number): boolean {
    const length = total - 1
    if (!this.#isWanted(type, total - headerBytes)) return false
    if (length > maxMessageBytes) {
      throw new RunError('row_too_large', `A row has ${length} bytes; at most ${maxMessageBytes} are taken.`)
    }
    return true
  }

  /** Ends the reading; what has arrived of an unfinished message is dropped. */
  close(): void {
    const carry = this.#carry
    this.#carry = none
    this.#carried = 0
    this.#unwanted = 0
    if (carry !== none && carry.length <= mostGrownAtOnceBytes && spares.length < mostSpares) spares.push(carry)
  }

  #completeHeader(piece: Buffer, at: number): number {
    return this.#carried < headerBytes ? this.#complete(piece, at, headerBytes) : at
  }

  /** Copies from `piece` until `wanted` bytes are carried or the piece ends; returns where it got to. */
  #complete(piece: Buffer, at: number, wanted: number): number {
    const take = Math.min(wanted - this.#carried, piece.length - at)
    const needed = this.#carried + take
    if (needed > this.#carry.length) {
      const larger = roomFor(needed, Math.min(wanted, Math.max(mostGrownAtOnceBytes, 2 * this.#carry.length)))
      this.#carry.copy(larger, 0, 0, this.#carried)
      this.#carry = larger
    }
    piece.copy(this.#carry, this.#carried, at, at + take)
    this.#carried += take
    return at + take
  }
}

/** A buffer of at least `needed` bytes, better `wanted`. */
function roomFor(needed: number, wanted: number): Buffer {
  const fits = spares.findIndex((buffer) => buffer.length >= needed)
  if (fits >= 0) return spares.splice(fits, 1)[0]!
  return Buffer.allocUnsafeSlow(Math.max(leastCarryBytes, needed, wanted))
}

function messageBytes(bytes: Buffer, at: number): number {
  const length = bytes.readInt32BE(at + 1)
  if (length < 4) throw new RunError('protocol_error', `The source sent a message of length ${length}.`)
  return 1 + length
}
