/**
 * What zlib asks for beyond the bytes that it gives back; a buffer that uses less than all
 * of its memory but for so much is a part of something.
 */
const mostUnusedBytes = 64

/**
 * Gives the memory of a large buffer back at once instead of at some later garbage
 * collection: megabytes that pass through would else force one every few chunks. The buffer
 * is empty afterwards. One that shares its memory with others is left alone.
 */
export function release(buffer: Buffer): void {
  const { buffer: memory, byteOffset, length } = buffer
  const isWhole = byteOffset === 0 && length + mostUnusedBytes >= memory.byteLength
  if (isWhole && memory instanceof ArrayBuffer && memory.byteLength > Buffer.poolSize) memory.transfer(0)
}
