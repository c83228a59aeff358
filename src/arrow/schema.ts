import {
  Binary,
  Bool,
  DateDay,
  Decimal,
  Field,
  FixedSizeBinary,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Schema,
  TimestampMicrosecond,
  Utf8,
  type DataType,
} from 'apache-arrow'
import type { Column, ColumnLayout } from './columns.ts'

/**
 * The Arrow schema of a result. Field metadata carries the source's type name as
 * `sluice.type`; json and uuid columns carry Arrow's canonical extension names.
 */
export function arrowSchema(columns: readonly Column[]): Schema {
  return new Schema(
    columns.map((column) => new Field(column.name, arrowType(column.layout), true, fieldMetadata(column))),
  )
}

function arrowType(layout: ColumnLayout): DataType {
  switch (layout.kind) {
    case 'bool':
      return new Bool()
    case 'int16':
      return new Int16()
    case 'int32':
      return new Int32()
    case 'int64':
      return new Int64()
    case 'float32':
      return new Float32()
    case 'float64':
      return new Float64()
    case 'decimal128':
      return new Decimal(layout.scale, layout.precision, 128)
    case 'utf8':
    case 'json':
      return new Utf8()
    case 'binary':
      return new Binary()
    case 'uuid':
      return new FixedSizeBinary(16)
    case 'date32':
      return new DateDay()
    case 'timestamp':
      return new TimestampMicrosecond(layout.zoned ? 'UTC' : null)
  }
}

function fieldMetadata(column: Column): Map<string, string> {
  const metadata = new Map([['sluice.type', column.type]])
  const extension = { json: 'arrow.json', uuid: 'arrow.uuid' }[column.layout.kind as 'json' | 'uuid']
  if (extension !== undefined) {
    metadata.set('ARROW:extension:name', extension)
    metadata.set('ARROW:extension:metadata', '')
  }
  return metadata
}
