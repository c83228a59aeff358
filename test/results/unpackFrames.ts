import { zstdDecompressSync } from 'node:zlib'

/** The content of zstd frames one after another; Node's own decoder stops after the first. */
export function unpackFrames(frames: Buffer): Buffer {
  const contents: Buffer[] = []
  for (let rest = frames; rest.length > 0;) {
    const { buffer, engine } = zstdDecompressSync(rest, { info: true }) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    contents.push(buffer)
    rest = rest.subarray(engine.bytesWritten)
  }
  return Buffer.concat(contents)
}
