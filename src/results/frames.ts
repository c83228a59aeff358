import { promisify } from 'node:util'
import { constants, crc32, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'

const level1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
const compressAsync = promisify<Buffer, object, Buffer>(zstdCompress)
const decompressAsync = promisify<Buffer, object, Buffer>(zstdDecompress)

/** Below this, a trip to the thread pool costs more than the work. */
const smallBytes = 32 * 1024

/** Bytes as one zstd frame, level 1; large ones on the thread pool. */
export async function compress(bytes: Buffer): Promise<Buffer> {
  return bytes.length < smallBytes ? zstdCompressSync(bytes, level1) : await compressAsync(bytes, level1)
}

/**
 * The content of a zstd frame.
 *
 * @param rawBytes its length, as the manifest says
 */
export async function decompress(frame: Buffer, rawBytes: number): Promise<Buffer> {
  const limit = { maxOutputLength: Math.max(rawBytes, 1) }
  return rawBytes < smallBytes ? zstdDecompressSync(frame, limit) : await decompressAsync(frame, limit)
}

/** CRC-32 of a frame, as the manifest keeps it. */
export function checksum(frame: Buffer): number {
  return crc32(frame)
}
