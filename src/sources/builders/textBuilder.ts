import { decodeBatches } from '../../arrow/decode.ts'
import { encodeBatch } from '../../arrow/encode.ts'
import { isNull } from '../../arrow/decodedColumn.ts'
import { valueText } from '../../arrow/text/valueText.ts'
import { RunError } from '../../errors.ts'
import { BytesBuilder } from './bytesBuilders.ts'
import type { ColumnBuilder } from './columnBuilder.ts'
import type { WireText } from './wireText.ts'

/** A column that has become text, because a value came that its layout could not hold. */
export class TextBuilder extends BytesBuilder {
  readonly #text: WireText

  /** Takes over from the builder of the column, and what that has of the batch. */
  constructor(before: ColumnBuilder, text: WireText) {
    super(before.name, { kind: 'utf8' })
    this.#text = text
    const { name, layout } = before
    const column = { name, type: '', layout }
    const [batch] = decodeBatches(encodeBatch(before.length, [before.data()]), [column], 0)
    const values = batch!.columns[0]!
    const textOf = valueText(values)
    for (let row = 0; row < batch!.rows; row++) {
      if (isNull(values, row)) this.appendNull()
      else this.#appendText(textOf(row))
    }
  }

  /** @throws RunError for a value whose text is longer than JavaScript's strings can be, half a gigabyte */
  override append(bytes: Buffer, at: number, length: number): void {
    let text: string
    try {
      text = this.#text(bytes, at, length)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_STRING_TOO_LONG' && !(error instanceof RangeError)) throw error
      throw new RunError(
        'value_out_of_range',
        `Column ${JSON.stringify(this.name)} holds a value of ${length} bytes that Arrow cannot hold and that is too long as text.`,
        { column: this.name },
        error,
      )
    }
    this.#appendText(text)
  }

  #appendText(text: string): void {
    const bytes = Buffer.from(text)
    super.append(bytes, 0, bytes.length)
  }
}
