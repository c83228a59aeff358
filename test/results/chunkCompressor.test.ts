import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ChunkCompressor } from '../../src/results/chunkCompressor.ts'
import { compress, decompress, fastLevel, usualLevel } from '../../src/results/frames.ts'

const chunkBytes = 200_000
/** Rows of text that begin alike: sixteen bytes of each are noise. */
const easy = Buffer.concat(
  Array.from({ length: chunkBytes / 400 }, (_, i) =>
    Buffer.from(randomBytes(8).toString('hex') + `${i}, and so on; `.repeat(30)),
  ),
)
const hard = randomBytes(chunkBytes)
const atLevel = async (level: number): Promise<Buffer> => await compress(easy, level)

test('chunks that shrink to an eighth are compressed at the faster level from the next one on', async () => {
  const compressor = new ChunkCompressor()
  const frames = [await compressor.compress(easy), await compressor.compress(easy), await compressor.compress(easy)]
  const [usual, fast] = [await atLevel(usualLevel), await atLevel(fastLevel)]
  expect(usual.equals(fast)).toBe(false)
  expect(frames.map((frame) => [frame.equals(usual), frame.equals(fast)])).toEqual([
    [true, false],
    [false, true],
    [false, true],
  ])
  for (const frame of frames) expect((await decompress(frame, easy.length)).equals(easy)).toBe(true)
})

test('chunks that do not are compressed at the usual level', async () => {
  const compressor = new ChunkCompressor()
  await compressor.compress(hard)
  expect((await compressor.compress(easy)).equals(await atLevel(usualLevel))).toBe(true)
})

test('a result whose chunks turn out to be hard stays at the usual level', async () => {
  const compressor = new ChunkCompressor()
  await compressor.compress(easy)
  await compressor.compress(hard)
  const usual = await atLevel(usualLevel)
  for (let i = 0; i < 3; i++) expect((await compressor.compress(easy)).equals(usual)).toBe(true)
})
