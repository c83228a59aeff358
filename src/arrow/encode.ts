import { BufferRegion, FieldNode, Message, RecordBatch } from 'apache-arrow/ipc/metadata/message'
import type { Column, ColumnData } from './columns.ts'
import { arrowSchema } from './schema.ts'

// Arrow columnar format, "Encapsulated message format": continuation marker, metadata
// length, metadata, padding, body; all lengths multiples of 8.
const alignment = 8
const prefixBytes = 8
const continuation = 0xffffffff

/** The end-of-stream marker of an Arrow IPC stream. */
export const endOfStream = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)

const schemaCache = new Map<string, Buffer>()
const schemaCacheSize = 500

/** The encapsulated schema message with which an Arrow IPC stream of these columns starts. */
export function encodeSchema(columns: readonly Column[]): Buffer {
  const key = JSON.stringify(columns)
  let message = schemaCache.get(key)
  if (message === undefined) {
    const metadata = Message.encode(Message.from(arrowSchema(columns)))
    message = Buffer.alloc(prefixBytes + padded(metadata.length))
    writePrefix(message, metadata)
    if (schemaCache.size >= schemaCacheSize) schemaCache.clear()
    schemaCache.set(key, message)
  }
  return message
}

/**
 * One encapsulated record batch message. The buffers of the columns are copied, so their
 * owner may reuse them at once.
 *
 * @param rows number of rows, which zero columns do not tell
 */
export function encodeBatch(rows: number, columns: readonly ColumnData[]): Buffer {
  const nodes: FieldNode[] = []
  const regions: BufferRegion[] = []
  let bodyLength = 0
  const place = (bytes: number): void => {
    regions.push(new BufferRegion(bodyLength, bytes))
    bodyLength += padded(bytes)
  }
  const placeColumn = (column: ColumnData): void => {
    nodes.push(new FieldNode(column.length, column.nullCount))
    place(column.validity?.length ?? 0)
    for (const buffer of column.buffers) place(buffer.length)
    column.children.forEach(placeColumn)
  }
  columns.forEach(placeColumn)

  const metadata = Message.encode(Message.from(new RecordBatch(rows, nodes, regions, null), bodyLength))
  const bodyStart = prefixBytes + padded(metadata.length)
  const message = Buffer.allocUnsafeSlow(bodyStart + bodyLength)
  writePrefix(message, metadata)
  let at = bodyStart
  const append = (bytes: Uint8Array): void => {
    message.set(bytes, at)
    message.fill(0, at + bytes.length, at + padded(bytes.length))
    at += padded(bytes.length)
  }
  const appendColumn = (column: ColumnData): void => {
    if (column.validity !== undefined) append(column.validity)
    column.buffers.forEach(append)
    column.children.forEach(appendColumn)
  }
  columns.forEach(appendColumn)
  return message
}

function writePrefix(message: Buffer, metadata: Uint8Array): void {
  message.writeUInt32LE(continuation, 0)
  message.writeUInt32LE(padded(metadata.length), 4)
  message.set(metadata, prefixBytes)
  message.fill(0, prefixBytes + metadata.length, prefixBytes + padded(metadata.length))
}

function padded(bytes: number): number {
  return (bytes + alignment - 1) & -alignment
}
