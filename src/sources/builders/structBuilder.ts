import type { ColumnData, ColumnLayout } from '../../arrow/columns.ts'
import type { TypeCatalog } from '../types/typeCatalog.ts'
import type { RecordField } from '../types/wireType.ts'
import { ColumnBuilder } from './columnBuilder.ts'
import { Unholdable } from './unholdable.ts'

/** Values of composite types. */
export class StructBuilder extends ColumnBuilder {
  readonly #fields: readonly RecordField[]
  readonly #parts: readonly ColumnBuilder[]
  readonly #catalog: TypeCatalog

  constructor(name: string, fields: readonly RecordField[], parts: readonly ColumnBuilder[], catalog: TypeCatalog) {
    super(name, structLayout(fields, parts))
    this.#fields = fields
    this.#parts = parts
    this.#catalog = catalog
  }

  override get layout(): ColumnLayout {
    return structLayout(this.#fields, this.#parts)
  }

  append(bytes: Buffer, at: number, length: number): void {
    const end = at + length
    if (length < 4) throw this.wrongLength(length)
    if (bytes.readInt32BE(at) !== this.#fields.length) throw this.#changed()
    at += 4
    for (const [i, part] of this.#parts.entries()) {
      if (at + 8 > end) throw this.wrongLength(length)
      if (bytes.readUInt32BE(at) !== this.#fields[i]!.typeOid) throw this.#changed()
      const size = bytes.readInt32BE(at + 4)
      at += 8
      if (size < 0) {
        part.appendNull()
      } else {
        if (at + size > end) throw this.wrongLength(length)
        part.append(bytes, at, size)
        at += size
      }
    }
    if (at !== end) throw this.wrongLength(length)
    this.added()
  }

  /** The type is another one since the source was asked: it is asked again for the next statement. */
  #changed(): Unholdable {
    this.#catalog.outdate()
    return new Unholdable()
  }

  protected skip(): void {
    for (const part of this.#parts) part.appendNull()
    this.added()
  }

  protected grow(): void {}

  protected buffers(): Uint8Array[] {
    return []
  }

  protected override children(): ColumnData[] {
    return this.#parts.map((part) => part.data())
  }

  protected clear(): void {
    for (const part of this.#parts) part.reset()
  }
}

function structLayout(fields: readonly RecordField[], parts: readonly ColumnBuilder[]): ColumnLayout {
  return {
    kind: 'struct',
    fields: fields.map(({ name, type }, i) => ({ name, type, layout: parts[i]!.layout })),
  }
}
