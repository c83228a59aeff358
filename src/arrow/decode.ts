import { Message, type RecordBatch } from 'apache-arrow/ipc/metadata/message'
import type { Column } from './columns.ts'

/** One column of a decoded batch: views into the bytes that it was decoded from. */
export interface DecodedColumn {
  column: Column
  /** Validity bitmap; undefined: nothing is null. */
  validity: Uint8Array | undefined
  /** 32-bit offsets of variable-width columns, `rows + 1` of them. */
  offsets: Int32Array | undefined
  /** Values: bits for bool, otherwise the bytes that the layout says. */
  values: Uint8Array
}

/** A decoded record batch. */
export interface DecodedBatch {
  rows: number
  columns: DecodedColumn[]
}

const prefixBytes = 8

/**
 * Decodes a chunk: encapsulated record batch messages, one after another, as
 * `encodeBatch` writes them.
 *
 * @param columns the columns of the result that the chunk belongs to
 */
export function* decodeBatches(chunk: Uint8Array, columns: readonly Column[]): Generator<DecodedBatch> {
  let at = 0
  while (at < chunk.length) {
    const view = new DataView(chunk.buffer, chunk.byteOffset + at)
    const metadataLength = view.getInt32(4, true)
    const bodyStart = at + prefixBytes + metadataLength
    const message = Message.decode(chunk.subarray(at + prefixBytes, bodyStart))
    if (!message.isRecordBatch()) throw new Error('A chunk holds a message that is not a record batch')
    const body = chunk.subarray(bodyStart, bodyStart + message.bodyLength)
    yield decodeBatch(message.header(), body, columns)
    at = bodyStart + message.bodyLength
  }
}

function decodeBatch(header: RecordBatch, body: Uint8Array, columns: readonly Column[]): DecodedBatch {
  let region = 0
  const next = (): Uint8Array => {
    const { offset, length } = header.buffers[region++]!
    return body.subarray(offset, offset + length)
  }
  return {
    rows: header.length,
    columns: columns.map((column, i) => {
      const validity = next()
      return {
        column,
        validity: header.nodes[i]!.nullCount > 0 ? validity : undefined,
        offsets: isVariableWidth(column) ? words(next()) : undefined,
        values: next(),
      }
    }),
  }
}

function isVariableWidth({ layout: { kind } }: Column): boolean {
  return kind === 'utf8' || kind === 'json' || kind === 'binary'
}

/** The bytes as 32-bit words; copied if they do not lie on a word boundary. */
function words(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2)
}

/** Whether row `row` of a column is null. */
export function isNull(column: DecodedColumn, row: number): boolean {
  return column.validity !== undefined && ((column.validity[row >> 3]! >> (row & 7)) & 1) === 0
}
