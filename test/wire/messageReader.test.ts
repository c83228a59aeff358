import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MessageReader, maxMessageBytes } from '../../src/wire/messageReader.ts'
import { backendMessage, commandComplete, dataRow, int32, readyForQuery } from './backendMessages.ts'

interface ReadMessage {
  type: number
  body: Buffer
}

/** What a reader makes of a stream that comes in these pieces. */
function read(pieces: readonly Buffer[]): ReadMessage[] {
  const messages: ReadMessage[] = []
  const reader = new MessageReader((type, bytes, start, end) => {
    messages.push({ type, body: Buffer.from(bytes.subarray(start, end)) })
    return true
  })
  for (const piece of pieces) reader.push(piece)
  return messages
}

function cut(stream: Buffer, positions: readonly number[]): Buffer[] {
  const sorted = [...new Set(positions)].sort((a, b) => a - b)
  return [0, ...sorted].map((from, i) => stream.subarray(from, sorted[i]))
}

const anyMessage = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  body: fc.oneof(
    { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
    // Longer than the reader's first buffer for messages across pieces.
    { weight: 1, arbitrary: fc.integer({ min: 15_000, max: 80_000 }).map((length) => Buffer.alloc(length, length)) },
  ),
})

function encode(messages: readonly ReadMessage[]): Buffer {
  return Buffer.concat(messages.map(({ type, body }) => backendMessage(type, body)))
}

describe('a stream that is cut', () => {
  const stream = Buffer.concat([
    dataRow(['a', null, 'héllo']),
    dataRow([]),
    backendMessage(0x7a),
    dataRow([Buffer.alloc(300, 7)]),
    ...Array.from({ length: 5 }, (_, i) => dataRow([String(i)])),
    commandComplete('SELECT 8'),
    readyForQuery('I'),
  ])
  const whole = read([stream])

  test('gives the same messages at every position of one cut', () => {
    expect(whole).toHaveLength(11)
    for (let at = 0; at <= stream.length; at++) expect(read(cut(stream, [at])), `cut at ${at}`).toEqual(whole)
  })

  test('gives the same messages in pieces of any one size', () => {
    for (let size = 1; size <= 64; size++) {
      const positions = Array.from({ length: Math.ceil(stream.length / size) - 1 }, (_, i) => (i + 1) * size)
      expect(read(cut(stream, positions)), `pieces of ${size}`).toEqual(whole)
    }
  })

  test('gives the messages that were sent, wherever it is cut and however often', () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage, { maxLength: 30 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }),
        (messages, positions) => {
          const bytes = encode(messages)
          const pieces = cut(
            bytes,
            positions.map((position) => Math.floor(position * bytes.length)),
          )
          expect(read(pieces)).toEqual(messages)
        },
      ),
      { numRuns: 300 },
    )
  })
})

test('a message that lies within one piece is not copied', () => {
  const piece = dataRow(['value'])
  let seen: Buffer | undefined
  new MessageReader((_, bytes) => {
    seen = bytes
    return true
  }).push(piece)
  expect(seen).toBe(piece)
})

test('where the handler stops, the rest of the piece is handed back and nothing more is read', () => {
  const first = readyForQuery('I')
  const rest = Buffer.concat([dataRow(['x']), Buffer.from('half a messa')])
  const stream = Buffer.concat([first, rest])
  for (let at = 0; at <= first.length; at++) {
    const types: number[] = []
    const reader = new MessageReader((type) => {
      types.push(type)
      return false
    })
    const left = cut(stream, [at]).map((piece) => (types.length === 0 ? reader.push(piece) : undefined))
    // Cut right behind the message, the second piece is never given to the reader.
    const expected = at === first.length ? Buffer.alloc(0) : rest
    expect(left.find((bytes) => bytes !== undefined)).toEqual(expected)
    expect(types).toEqual([0x5a])
  }
})

describe('a length that cannot be', () => {
  const impossible = [3, 0, -1, -2_147_483_648]
  const tooLong = [maxMessageBytes + 1, 0x7fffffff]

  test.each(impossible)('of %d is refused as soon as it is there', (length) => {
    const head = Buffer.concat([Buffer.from('D'), int32(length)])
    for (let at = 0; at <= head.length; at++) {
      expect(() => read(cut(head, [at]))).toThrow(
        expect.objectContaining({ error: expect.objectContaining({ code: 'protocol_error' }) }),
      )
    }
  })

  test.each(tooLong)('of %d is refused before anything of the message is there', (length) => {
    const head = Buffer.concat([Buffer.from('D'), int32(length)])
    for (let at = 0; at <= head.length; at++) {
      expect(() => read(cut(head, [at]))).toThrow(
        expect.objectContaining({ error: expect.objectContaining({ code: 'row_too_large' }) }),
      )
    }
  })

  test('stands behind good messages that are read all the same', () => {
    const types: number[] = []
    const reader = new MessageReader((type) => types.push(type) > 0)
    expect(() => reader.push(Buffer.concat([dataRow(['x']), Buffer.from('D'), int32(1)]))).toThrow(/length 1\b/)
    expect(types).toEqual([0x44])
  })
})

test('the largest length that is taken is buffered only as it arrives', () => {
  const reader = new MessageReader(() => true)
  const before = process.memoryUsage().arrayBuffers
  reader.push(Buffer.concat([Buffer.from('D'), int32(maxMessageBytes)]))
  reader.push(Buffer.alloc(100_000))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
})

test('a huge message does not hold its memory once it is read', () => {
  const buffers: Buffer[] = []
  const reader = new MessageReader((_, bytes) => buffers.push(bytes) > 0)
  const huge = backendMessage(0x44, Buffer.alloc(20 * 1024 * 1024))
  for (let at = 0; at < huge.length; at += 65_536) reader.push(huge.subarray(at, at + 65_536))
  // What lies across two pieces is shown in the reader's own buffer.
  for (const piece of cut(dataRow(['next']), [8])) reader.push(piece)
  expect(buffers[0]!.length).toBeGreaterThan(20 * 1024 * 1024)
  expect(buffers[1]!.length).toBeLessThan(1024 * 1024)
})

describe('a message that is not wanted', () => {
  const unwanted = 0x44
  const mostWanted = 50

  /** Types and lengths of what comes through of a stream in these pieces. */
  function readWanted(pieces: readonly Buffer[]): [number, number][] {
    const messages: [number, number][] = []
    const reader = new MessageReader(
      (type, _, start, end) => {
        messages.push([type, end - start])
        return true
      },
      (type, bodyBytes) => type !== unwanted || bodyBytes <= mostWanted,
    )
    for (const piece of pieces) reader.push(piece)
    return messages
  }

  test('is left out, and nothing beside it, wherever the stream is cut', () => {
    const message = fc.record({
      type: fc.constantFrom(unwanted, 0x5a),
      body: fc.nat(120).map((length) => Buffer.alloc(length, length)),
    })
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.nat(900), { maxLength: 12 }),
        (messages, positions) => {
          const stream = encode(messages)
          const inside = positions.filter((at) => at > 0 && at < stream.length)
          const starts = messages.map((_, n) => encode(messages.slice(0, n)).length)
          const expected = messages.filter(({ type, body }, n) => {
            const bodyAt = starts[n]! + 5
            const isCut = inside.some((at) => at >= bodyAt && at < bodyAt + body.length)
            return !(isCut && type === unwanted && body.length > mostWanted)
          })
          expect(readWanted(cut(stream, inside))).toEqual(expected.map(({ type, body }) => [type, body.length]))
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('of 200 MB takes no memory', () => {
    const bytes = 200_000_000
    const piece = Buffer.alloc(256 * 1024)
    const header = backendMessage(unwanted).subarray(0, 5)
    header.writeInt32BE(4 + bytes, 1)
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const types: number[] = []
    const reader = new MessageReader(
      (type) => types.push(type) > 0,
      (_, bodyBytes) => bodyBytes < bytes,
    )
    reader.push(header)
    for (let sent = 0; sent < bytes; sent += piece.length) {
      reader.push(piece.subarray(0, Math.min(piece.length, bytes - sent)))
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    reader.push(readyForQuery('I'))
    expect(types).toEqual([0x5a])
    expect(most).toBeLessThan(1_000_000)
  })

  test('may be larger than any that is', () => {
    const header = backendMessage(unwanted).subarray(0, 5)
    header.writeInt32BE(maxMessageBytes + 1, 1)
    expect(() => readWanted([header])).not.toThrow()
    expect(() => new MessageReader(() => true).push(header)).toThrow('at most')
  })
})
