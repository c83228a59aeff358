import type { ColumnLayout } from '../../arrow/columns.ts'

/** How values of a type come: in PostgreSQL's binary form, but for what is printed. */
export type WireType =
  /** As PostgreSQL prints it. */
  | { kind: 'printed' }
  /** An array as PostgreSQL prints it; the items are read out of it. */
  | { kind: 'printedArray'; itemType: string }
  | { kind: PlainKind }
  /** A numeric(p,s) that a decimal of these digits holds. */
  | { kind: 'decimal'; precision: number; scale: number }
  | { kind: 'array'; itemType: string; item: WireType }
  | { kind: 'record'; fields: RecordField[] }

/** Kinds that say it all. */
export type PlainKind =
  | 'bool'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  /** Any numeric. */
  | 'numeric'
  | 'text'
  | 'json'
  | 'jsonb'
  | 'bytea'
  | 'uuid'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'

/** A part of a composite type. */
export interface RecordField {
  name: string
  /** The source's type name. */
  type: string
  typeOid: number
  wire: WireType
}

/** The name of what lies in a list, which Arrow wants and nobody sees. */
export const itemName = 'item'

const utf8: ColumnLayout = { kind: 'utf8' }

const plainLayouts: Record<PlainKind, ColumnLayout> = {
  bool: { kind: 'bool' },
  int16: { kind: 'int16' },
  int32: { kind: 'int32' },
  int64: { kind: 'int64' },
  uint32: { kind: 'uint32' },
  uint64: { kind: 'uint64' },
  float32: { kind: 'float32' },
  float64: { kind: 'float64' },
  numeric: utf8,
  text: utf8,
  json: { kind: 'json' },
  jsonb: { kind: 'json' },
  bytea: { kind: 'binary' },
  uuid: { kind: 'uuid' },
  date: { kind: 'date32' },
  time: { kind: 'time64' },
  timestamp: { kind: 'timestamp', zoned: false },
  timestamptz: { kind: 'timestamp', zoned: true },
  interval: { kind: 'interval' },
}

const largestDecimal128 = 38

/** The layout of values that come so; arrays have one dimension until one comes that has more. */
export function layoutOf(wire: WireType): ColumnLayout {
  switch (wire.kind) {
    case 'printed':
      return utf8
    case 'printedArray':
      return { kind: 'list', item: { name: itemName, type: wire.itemType, layout: utf8 } }
    case 'decimal': {
      const { precision, scale } = wire
      return { kind: precision <= largestDecimal128 ? 'decimal128' : 'decimal256', precision, scale }
    }
    case 'array':
      return { kind: 'list', item: { name: itemName, type: wire.itemType, layout: layoutOf(wire.item) } }
    case 'record':
      return {
        kind: 'struct',
        fields: wire.fields.map(({ name, type, wire }) => ({ name, type, layout: layoutOf(wire) })),
      }
    default:
      return plainLayouts[wire.kind]
  }
}

/** Whether values that come so are asked for in binary. */
export function isBinary({ kind }: WireType): boolean {
  return kind !== 'printed' && kind !== 'printedArray'
}
