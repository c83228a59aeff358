import { isNull } from '../../src/arrow/decode.ts'
import { decodeBatches, type DecodedBatch } from '../../src/arrow/decode.ts'
import { rowMargin, type RowWriter } from '../../src/results/formats/rowWriter.ts'
import { TextBuffer } from '../../src/results/formats/textBuffer.ts'
import { valueText } from '../../src/results/formats/values.ts'
import type { RunResult } from '../sources/session.ts'

/** The values of one column of a result in the text form that CSV and JSON are made of. */
export function textsOf({ columns, batches }: Pick<RunResult, 'columns' | 'batches'>, column = 0): (string | null)[] {
  return batches.flatMap(({ message }) =>
    [...decodeBatches(message, columns)].flatMap((batch) => {
      const decoded = batch.columns[column]!
      const text = valueText(decoded)
      return Array.from({ length: batch.rows }, (_, row) => (isNull(decoded, row) ? null : text(row)))
    }),
  )
}

/** What a format writes of one row of a batch. */
export function rowText(
  rows: (batch: DecodedBatch, out: TextBuffer) => RowWriter,
  batch: DecodedBatch,
  row: number,
): string {
  const out = new TextBuffer(16, rowMargin(batch.columns.length))
  rows(batch, out)(row)
  return out.take().toString()
}
