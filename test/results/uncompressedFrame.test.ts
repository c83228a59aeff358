import { randomBytes } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { mostUncompressed, unwrapUncompressed, wrapUncompressed } from '../../src/results/uncompressedFrame.ts'

test('content of every length that is not compressed is a frame that zstd reads', () => {
  for (let length = 0; length <= mostUncompressed; length++) {
    const content = randomBytes(length)
    const frame = wrapUncompressed(content)
    expect(zstdDecompressSync(frame).equals(content)).toBe(true)
    expect(unwrapUncompressed(frame)?.equals(content)).toBe(true)
  }
})

test('a frame that zstd made, and one that was cut, are left to zstd', () => {
  const content = Buffer.alloc(5000, 'abc')
  expect(unwrapUncompressed(zstdCompressSync(content))).toBeUndefined()
  const frame = wrapUncompressed(randomBytes(300))
  expect(unwrapUncompressed(frame.subarray(0, frame.length - 1))).toBeUndefined()
  expect(unwrapUncompressed(Buffer.alloc(0))).toBeUndefined()
})
