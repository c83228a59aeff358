import { promisify } from 'node:util'
import { ResultCorrupt } from './resultErrors.ts'
import { mostUncompressed, unwrapUncompressed, wrapUncompressed } from './uncompressedFrame.ts'
import { constants, crc32, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'

/** Level of zstd for what is stored. */
export const usualLevel = 1
/** A level that is more than twice as fast and makes frames half as large again. Node takes -1 for no level at all. */
export const fastLevel = -2
const compressAsync = promisify<Buffer, object, Buffer>(zstdCompress)
const decompressAsync = promisify<Buffer, object, Buffer>(zstdDecompress)

/** Below this, a trip to the thread pool costs more than the work. */
const smallBytes = 32 * 1024
const spareBytes = 64

/** Bytes as one zstd frame; large ones on the thread pool, tiny ones as they are. */
export async function compress(bytes: Buffer, level = usualLevel): Promise<Buffer> {
  if (bytes.length <= mostUncompressed) return wrapUncompressed(bytes)
  const params = { [constants.ZSTD_c_compressionLevel]: level }
  if (bytes.length < smallBytes) return zstdCompressSync(bytes, { params })
  return await compressAsync(bytes, { params, chunkSize: largestFrame(bytes.length) })
}

/** A frame is never larger (ZSTD_compressBound). With room for all of it the work is one step. */
function largestFrame(bytes: number): number {
  return bytes + (bytes >> 8) + 1024
}

/**
 * The content of a zstd frame.
 *
 * @param rawBytes its length, as the manifest says
 */
export async function decompress(frame: Buffer, rawBytes: number): Promise<Buffer> {
  if (rawBytes < smallBytes) return decompressNow(frame, rawBytes)
  return unwrapUncompressed(frame) ?? (await decompressAsync(frame, decompressOptions(rawBytes)))
}

/** {@link decompress}, for threads that have nothing else to do meanwhile. */
export function decompressNow(frame: Buffer, rawBytes: number): Buffer {
  return unwrapUncompressed(frame) ?? zstdDecompressSync(frame, decompressOptions(rawBytes))
}

/** With room to spare, zlib need not ask whether there is more. */
function decompressOptions(rawBytes: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: Math.max(rawBytes, 1), chunkSize: rawBytes + spareBytes }
}

/** CRC-32 of a frame, as the manifest keeps it. */
export function checksum(frame: Buffer): number {
  return crc32(frame)
}

/**
 * The frame of chunk n, if it matches its checksum.
 *
 * @throws ResultCorrupt
 */
export function verified(queryId: string, n: number, frame: Buffer, expected: number): Buffer {
  if (checksum(frame) !== expected) throw new ResultCorrupt(queryId, n, 'does not match its checksum')
  return frame
}
