import {
  Binary,
  Bool,
  DateDay,
  Decimal,
  Field as ArrowField,
  FixedSizeBinary,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  IntervalMonthDayNano,
  List,
  Schema,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  Uint32,
  Uint64,
  Utf8,
  type DataType,
} from 'apache-arrow'
import type { ColumnLayout, Field } from './columns.ts'

/**
 * The Arrow schema of a result. Field metadata carries the source's type name as
 * `sluice.type`; json and uuid fields carry Arrow's canonical extension names.
 */
export function arrowSchema(columns: readonly Field[]): Schema {
  return new Schema(columns.map(arrowField))
}

function arrowField(field: Field): ArrowField {
  return new ArrowField(field.name, arrowType(field.layout), true, fieldMetadata(field))
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
    case 'uint32':
      return new Uint32()
    case 'uint64':
      return new Uint64()
    case 'float32':
      return new Float32()
    case 'float64':
      return new Float64()
    case 'decimal128':
      return new Decimal(layout.scale, layout.precision, 128)
    case 'decimal256':
      return new Decimal(layout.scale, layout.precision, 256)
    case 'utf8':
    case 'json':
      return new Utf8()
    case 'binary':
      return new Binary()
    case 'uuid':
      return new FixedSizeBinary(16)
    case 'date32':
      return new DateDay()
    case 'time64':
      return new TimeMicrosecond()
    case 'timestamp':
      return new TimestampMicrosecond(layout.zoned ? 'UTC' : null)
    case 'interval':
      return new IntervalMonthDayNano()
    case 'list':
      return new List(arrowField(layout.item))
    case 'struct':
      return new Struct(layout.fields.map(arrowField))
  }
}

function fieldMetadata({ type, layout }: Field): Map<string, string> {
  const metadata = new Map([['sluice.type', type]])
  const extension = { json: 'arrow.json', uuid: 'arrow.uuid' }[layout.kind as 'json' | 'uuid']
  if (extension !== undefined) {
    metadata.set('ARROW:extension:name', extension)
    metadata.set('ARROW:extension:metadata', '')
  }
  return metadata
}
