import type { ColumnLayout } from '../arrow/columns.ts'
import type { FieldDescription } from '../wire/messages.ts'

interface KnownType {
  /** As format_type() writes it without a modifier, in the short form. */
  name: string
  layout?: ColumnLayout
}

const utf8: ColumnLayout = { kind: 'utf8' }

/** Built-in types by OID (pg_type.dat); those with a layout are read in binary. */
const knownTypes = new Map<number, KnownType>([
  [16, { name: 'bool', layout: { kind: 'bool' } }],
  [17, { name: 'bytea', layout: { kind: 'binary' } }],
  [19, { name: 'name', layout: utf8 }],
  [20, { name: 'int8', layout: { kind: 'int64' } }],
  [21, { name: 'int2', layout: { kind: 'int16' } }],
  [23, { name: 'int4', layout: { kind: 'int32' } }],
  [25, { name: 'text', layout: utf8 }],
  [26, { name: 'oid' }],
  [114, { name: 'json', layout: { kind: 'json' } }],
  [700, { name: 'float4', layout: { kind: 'float32' } }],
  [701, { name: 'float8', layout: { kind: 'float64' } }],
  [705, { name: 'unknown', layout: utf8 }],
  [1042, { name: 'bpchar', layout: utf8 }],
  [1043, { name: 'varchar', layout: utf8 }],
  [1082, { name: 'date', layout: { kind: 'date32' } }],
  [1083, { name: 'time' }],
  [1114, { name: 'timestamp', layout: { kind: 'timestamp', zoned: false } }],
  [1184, { name: 'timestamptz', layout: { kind: 'timestamp', zoned: true } }],
  [1186, { name: 'interval' }],
  [1266, { name: 'timetz' }],
  [1700, { name: 'numeric' }],
  [2278, { name: 'void' }],
  [2950, { name: 'uuid', layout: { kind: 'uuid' } }],
  [3802, { name: 'jsonb', layout: { kind: 'json' } }],
])

const numericOid = 1700
const jsonbOid = 3802
const largestDecimal128 = 38
/** numeric(p,s) carries `(p << 16 | s & 0x7ff) + 4` as its modifier; s is signed, 11 bits. */
const numericModifierOffset = 4

/** How a column of the source is read. */
export interface ColumnPlan {
  layout: ColumnLayout
  /** Asked for in PostgreSQL's binary form; otherwise as text. */
  binary: boolean
  /** The binary form starts with a version byte (jsonb). */
  versioned: boolean
}

/** Chooses the layout of a column. A type that has none of its own is read as text, which is exact. */
export function planColumn(field: FieldDescription): ColumnPlan {
  const layout =
    field.typeOid === numericOid ? decimalLayout(field.typeModifier) : knownTypes.get(field.typeOid)?.layout
  return layout === undefined
    ? { layout: utf8, binary: false, versioned: false }
    : { layout, binary: true, versioned: field.typeOid === jsonbOid }
}

function decimalLayout(modifier: number): ColumnLayout | undefined {
  if (modifier < numericModifierOffset) return undefined
  const { precision, scale } = numericModifier(modifier)
  return precision <= largestDecimal128 && scale >= 0 && scale <= precision
    ? { kind: 'decimal128', precision, scale }
    : undefined
}

function numericModifier(modifier: number): { precision: number; scale: number } {
  const packed = modifier - numericModifierOffset
  return { precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 }
}

/** The name of a built-in type with its modifier, undefined for a type that only the source can name. */
export function typeName({ typeOid, typeModifier }: FieldDescription): string | undefined {
  const name = knownTypes.get(typeOid)?.name
  if (name === undefined || typeModifier < 0) return name
  switch (name) {
    case 'numeric': {
      const { precision, scale } = numericModifier(typeModifier)
      return `numeric(${precision},${scale})`
    }
    case 'bpchar':
    case 'varchar':
      return `${name}(${typeModifier - 4})`
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return `${name}(${typeModifier})`
    case 'interval':
      return undefined
    default:
      return name
  }
}
