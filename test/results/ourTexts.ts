import { isNull } from '../../src/arrow/decode.ts'
import { decodeBatches } from '../../src/arrow/decode.ts'
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
