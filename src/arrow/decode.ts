import { Message, type RecordBatch } from 'apache-arrow/ipc/metadata/message'
import { childFields, hasOffsets, storedLayout, type Column, type ColumnLayout, type Field } from './columns.ts'
import { convertColumn } from './convert.ts'
import type { DecodedBatch, DecodedColumn } from './decodedColumn.ts'

const prefixBytes = 8
const noValues = new Uint8Array(0)

/**
 * Decodes a chunk: encapsulated record batch messages, one after another, as `encodeBatch`
 * writes them. What an earlier layout holds is converted to that of its column.
 *
 * @param columns the columns of the result that the chunk belongs to
 * @param firstRow row of the result with which the chunk begins
 */
export function* decodeBatches(
  chunk: Uint8Array,
  columns: readonly Column[],
  firstRow: number,
): Generator<DecodedBatch> {
  let at = 0
  let row = firstRow
  while (at < chunk.length) {
    const view = new DataView(chunk.buffer, chunk.byteOffset + at)
    const metadataLength = view.getInt32(4, true)
    const bodyStart = at + prefixBytes + metadataLength
    const message = Message.decode(chunk.subarray(at + prefixBytes, bodyStart))
    if (!message.isRecordBatch()) throw new Error('A chunk holds a message that is not a record batch')
    const header = message.header() as RecordBatch
    const read = columnReader(header, chunk.subarray(bodyStart, bodyStart + message.bodyLength))
    yield {
      rows: header.length,
      columns: columns.map((column) => {
        const layout = storedLayout(column, row)
        return layout === column.layout ? read(column) : convertColumn(read({ ...column, layout }), column)
      }),
    }
    row += header.length
    at = bodyStart + message.bodyLength
  }
}

/** Reads the columns of a batch in order: nodes and buffers lie depth first. */
function columnReader(header: RecordBatch, body: Uint8Array): (column: Field) => DecodedColumn {
  let node = 0
  let region = 0
  const next = (): Uint8Array => {
    const { offset, length } = header.buffers[region++]!
    return body.subarray(offset, offset + length)
  }
  return function read(column: Field): DecodedColumn {
    const { layout } = column
    const { length, nullCount } = header.nodes[node++]!
    const validity = next()
    return {
      column,
      length,
      validity: nullCount > 0 ? validity : undefined,
      offsets: hasOffsets(layout) ? words(next()) : undefined,
      values: isNested(layout) ? noValues : next(),
      children: childFields(layout).map(read),
    }
  }
}

function isNested({ kind }: ColumnLayout): boolean {
  return kind === 'list' || kind === 'struct'
}

/** The bytes as 32-bit words; copied if they do not lie on a word boundary. */
function words(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2)
}
