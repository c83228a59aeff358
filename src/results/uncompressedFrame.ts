/**
 * zstd frames that hold their content as it is (RFC 8878: one raw block), for content so
 * small that starting a compressor costs more than it saves.
 */

/** Content of at most so many bytes is not compressed. */
export const mostUncompressed = 1024

const magic = 0xfd2fb528
// Frame header descriptor: single segment, content size in two bytes (which counts from 256) or in one.
const sizeInTwoBytes = 0x60
const sizeInOneByte = 0x20
const twoByteOffset = 256
const blockHeaderBytes = 3
/** Block header: last block, raw, size from bit 3. */
const lastRawBlock = 0b001
const sizeShift = 3

/** A frame around at most {@link mostUncompressed} bytes. */
export function wrapUncompressed(content: Buffer): Buffer {
  const isShort = content.length < twoByteOffset
  const blockAt = isShort ? 6 : 7
  const frame = Buffer.allocUnsafe(blockAt + blockHeaderBytes + content.length)
  frame.writeUInt32LE(magic, 0)
  frame[4] = isShort ? sizeInOneByte : sizeInTwoBytes
  if (isShort) frame[5] = content.length
  else frame.writeUInt16LE(content.length - twoByteOffset, 5)
  frame.writeUIntLE((content.length << sizeShift) | lastRawBlock, blockAt, blockHeaderBytes)
  content.copy(frame, blockAt + blockHeaderBytes)
  return frame
}

/** The content of a frame that {@link wrapUncompressed} made, undefined for any other. */
export function unwrapUncompressed(frame: Buffer): Buffer | undefined {
  if (frame.length < 9 || frame.readUInt32LE(0) !== magic) return undefined
  if (frame[4] !== sizeInOneByte && frame[4] !== sizeInTwoBytes) return undefined
  const blockAt = frame[4] === sizeInOneByte ? 6 : 7
  if (frame.length < blockAt + blockHeaderBytes) return undefined
  const header = frame.readUIntLE(blockAt, blockHeaderBytes)
  const start = blockAt + blockHeaderBytes
  const length = header >> sizeShift
  const isOneRawBlock = (header & ((1 << sizeShift) - 1)) === lastRawBlock && frame.length === start + length
  return isOneRawBlock ? frame.subarray(start) : undefined
}
