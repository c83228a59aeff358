import type { ColumnLayout } from '../../arrow/columns.ts'
import type { TypeCatalog } from '../types/typeCatalog.ts'
import { layoutOf, type WireType } from '../types/wireType.ts'
import { ArrayBuilder } from './arrayBuilder.ts'
import { BytesBuilder, JsonbBuilder } from './bytesBuilders.ts'
import type { ColumnBuilder } from './columnBuilder.ts'
import {
  BoolBuilder,
  DateBuilder,
  DecimalBuilder,
  Int16Builder,
  IntervalBuilder,
  TimeBuilder,
  TimestampBuilder,
  UuidBuilder,
  Word32Builder,
  Word64Builder,
} from './fixedWidthBuilders.ts'
import { NumericTextBuilder } from './numericTextBuilder.ts'
import { PrintedArrayBuilder } from './printedArrayBuilder.ts'
import { StructBuilder } from './structBuilder.ts'

/** The builder for values that come so. */
export function createBuilder(name: string, wire: WireType, catalog: TypeCatalog): ColumnBuilder {
  const layout = layoutOf(wire)
  switch (wire.kind) {
    case 'bool':
      return new BoolBuilder(name, layout)
    case 'int16':
      return new Int16Builder(name, layout)
    case 'int32':
    case 'uint32':
    case 'float32':
      return new Word32Builder(name, layout)
    case 'int64':
    case 'uint64':
    case 'float64':
      return new Word64Builder(name, layout)
    case 'decimal':
      return new DecimalBuilder(name, layout as ColumnLayout & { kind: 'decimal128' | 'decimal256' })
    case 'numeric':
      return new NumericTextBuilder(name, layout)
    case 'printed':
    case 'text':
    case 'json':
    case 'bytea':
      return new BytesBuilder(name, layout)
    case 'jsonb':
      return new JsonbBuilder(name, layout)
    case 'uuid':
      return new UuidBuilder(name, layout)
    case 'date':
      return new DateBuilder(name, layout)
    case 'time':
      return new TimeBuilder(name, layout)
    case 'timestamp':
    case 'timestamptz':
      return new TimestampBuilder(name, layout)
    case 'interval':
      return new IntervalBuilder(name, layout)
    case 'array':
      return new ArrayBuilder(name, wire.itemType, createBuilder(name, wire.item, catalog))
    case 'printedArray':
      return new PrintedArrayBuilder(name, wire.itemType, new BytesBuilder(name, layoutOf({ kind: 'text' })))
    case 'record': {
      const parts = wire.fields.map((field) => createBuilder(name, field.wire, catalog))
      return new StructBuilder(name, wire.fields, parts, catalog)
    }
  }
}
