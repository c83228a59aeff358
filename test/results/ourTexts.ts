import { decodeBatches } from '../../src/arrow/decode.ts'
import { isNull, type DecodedBatch } from '../../src/arrow/decodedColumn.ts'
import { valueText } from '../../src/arrow/text/valueText.ts'
import { rowMargin, type RowWriter } from '../../src/results/formats/rowWriter.ts'
import { TextBuffer } from '../../src/results/formats/textBuffer.ts'
import type { RunResult } from '../sources/session.ts'

/** The values of one column of a result in the text form that CSV and JSON are made of. */
export function textsOf({ columns, batches }: Pick<RunResult, 'columns' | 'batches'>, column = 0): (string | null)[] {
  let firstRow = 0
  return batches.flatMap(({ message, rows }) => {
    const decoded = [...decodeBatches(message, columns, firstRow)].map((batch) => batch.columns[column]!)
    firstRow += rows
    return decoded.flatMap((values) => {
      const text = valueText(values)
      return Array.from({ length: values.length }, (_, row) => (isNull(values, row) ? null : text(row)))
    })
  })
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
