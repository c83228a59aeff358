import { BytesBuilder } from './bytesBuilders.ts'
import { numericText } from './numeric.ts'

/** Numerics that no decimal holds all of, as text, inside arrays and composites. */
export class NumericTextBuilder extends BytesBuilder {
  override append(bytes: Buffer, at: number): void {
    const text = Buffer.from(numericText(bytes, at))
    super.append(text, 0, text.length)
  }
}
