import type { ColumnLayout } from '../arrow/columns.ts'
import { BytesBuilder, JsonbBuilder } from './bytesBuilders.ts'
import type { ColumnBuilder } from './columnBuilder.ts'
import {
  BoolBuilder,
  DateBuilder,
  DecimalBuilder,
  Int16Builder,
  TimestampBuilder,
  UuidBuilder,
  Word32Builder,
  Word64Builder,
} from './fixedWidthBuilders.ts'

/** The builder for a column of the given layout. */
export function createBuilder(name: string, layout: ColumnLayout, versioned: boolean): ColumnBuilder {
  switch (layout.kind) {
    case 'bool':
      return new BoolBuilder(name)
    case 'int16':
      return new Int16Builder(name)
    case 'int32':
    case 'float32':
      return new Word32Builder(name)
    case 'int64':
    case 'float64':
      return new Word64Builder(name)
    case 'decimal128':
      return new DecimalBuilder(name, layout.scale)
    case 'utf8':
    case 'binary':
      return new BytesBuilder(name)
    case 'json':
      return versioned ? new JsonbBuilder(name) : new BytesBuilder(name)
    case 'uuid':
      return new UuidBuilder(name)
    case 'date32':
      return new DateBuilder(name)
    case 'timestamp':
      return new TimestampBuilder(name)
  }
}
