import type { PlainKind, WireType } from './wireType.ts'

type Row = [oid: number, name: string, arrayOid: number, wire?: PlainKind]

/**
 * PostgreSQL's own types (pg_type.dat): OID, name as format_type() writes it in the short
 * form, OID of the array type (0: none), and how values come in binary. Those that do not are
 * read as PostgreSQL prints them.
 */
const rows: readonly Row[] = [
  [16, 'bool', 1000, 'bool'],
  [17, 'bytea', 1001, 'bytea'],
  [18, '"char"', 1002],
  [19, 'name', 1003, 'text'],
  [20, 'int8', 1016, 'int64'],
  [21, 'int2', 1005, 'int16'],
  [22, 'int2vector', 1006],
  [23, 'int4', 1007, 'int32'],
  [24, 'regproc', 1008],
  [25, 'text', 1009, 'text'],
  [26, 'oid', 1028, 'uint32'],
  [27, 'tid', 1010],
  [28, 'xid', 1011, 'uint32'],
  [29, 'cid', 1012, 'uint32'],
  [30, 'oidvector', 1013],
  [114, 'json', 199, 'json'],
  [142, 'xml', 143],
  [600, 'point', 1017],
  [601, 'lseg', 1018],
  [602, 'path', 1019],
  [603, 'box', 1020],
  [604, 'polygon', 1027],
  [628, 'line', 629],
  [650, 'cidr', 651],
  [700, 'float4', 1021, 'float32'],
  [701, 'float8', 1022, 'float64'],
  [705, 'unknown', 0, 'text'],
  [718, 'circle', 719],
  [774, 'macaddr8', 775],
  [790, 'money', 791],
  [829, 'macaddr', 1040],
  [869, 'inet', 1041],
  [1033, 'aclitem', 1034],
  [1042, 'bpchar', 1014, 'text'],
  [1043, 'varchar', 1015, 'text'],
  [1082, 'date', 1182, 'date'],
  [1083, 'time', 1183, 'time'],
  [1114, 'timestamp', 1115, 'timestamp'],
  [1184, 'timestamptz', 1185, 'timestamptz'],
  [1186, 'interval', 1187, 'interval'],
  [1266, 'timetz', 1270],
  [1560, 'bit', 1561],
  [1562, 'varbit', 1563],
  [1700, 'numeric', 1231, 'numeric'],
  [1790, 'refcursor', 2201, 'text'],
  [2202, 'regprocedure', 2207],
  [2203, 'regoper', 2208],
  [2204, 'regoperator', 2209],
  [2205, 'regclass', 2210],
  [2206, 'regtype', 2211],
  [2249, 'record', 2287],
  [2275, 'cstring', 1263],
  [2277, 'anyarray', 0],
  [2278, 'void', 0],
  [2950, 'uuid', 2951, 'uuid'],
  [2970, 'txid_snapshot', 2949],
  [3220, 'pg_lsn', 3221],
  [3614, 'tsvector', 3643],
  [3615, 'tsquery', 3645],
  [3734, 'regconfig', 3735],
  [3769, 'regdictionary', 3770],
  [3802, 'jsonb', 3807, 'jsonb'],
  [3904, 'int4range', 3905],
  [3906, 'numrange', 3907],
  [3908, 'tsrange', 3909],
  [3910, 'tstzrange', 3911],
  [3912, 'daterange', 3913],
  [3926, 'int8range', 3927],
  [4072, 'jsonpath', 4073],
  [4089, 'regnamespace', 4090],
  [4096, 'regrole', 4097],
  [4191, 'regcollation', 4192],
  [4451, 'int4multirange', 6150],
  [4532, 'nummultirange', 6151],
  [4533, 'tsmultirange', 6152],
  [4534, 'tstzmultirange', 6153],
  [4535, 'datemultirange', 6155],
  [4536, 'int8multirange', 6157],
  [5038, 'pg_snapshot', 5039],
  [5069, 'xid8', 271, 'uint64'],
]

/** A type of PostgreSQL's own. */
export interface BuiltinType {
  name: string
  /** Undefined: read as PostgreSQL prints it. */
  wire: PlainKind | undefined
  /** OID of the items of an array, undefined for other types. */
  itemOid: number | undefined
}

const builtinTypes = new Map<number, BuiltinType>()
for (const [oid, name, arrayOid, wire] of rows) {
  builtinTypes.set(oid, { name, wire, itemOid: undefined })
  if (arrayOid !== 0) builtinTypes.set(arrayOid, { name: `${name}[]`, wire: undefined, itemOid: oid })
}

/** A type of PostgreSQL's own, undefined for all others. */
export function builtinType(oid: number): BuiltinType | undefined {
  return builtinTypes.get(oid)
}

/**
 * The name of a type of PostgreSQL's own with its modifier, undefined where only the source can tell it.
 *
 * @param modifier as RowDescription has it, negative: none
 */
export function builtinTypeName(oid: number, modifier: number): string | undefined {
  const type = builtinTypes.get(oid)
  if (type?.itemOid !== undefined) {
    const item = builtinTypeName(type.itemOid, modifier)
    return item && `${item}[]`
  }
  if (type === undefined || modifier < 0) return type?.name
  switch (type.name) {
    case 'numeric': {
      const { precision, scale } = numericModifier(modifier)
      return `numeric(${precision},${scale})`
    }
    case 'bpchar':
    case 'varchar':
      return `${type.name}(${modifier - 4})`
    case 'bit':
    case 'varbit':
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return `${type.name}(${modifier})`
    case 'interval':
      return undefined
    default:
      return type.name
  }
}

/** numeric(p,s) carries `(p << 16 | s & 0x7ff) + 4` as its modifier; s is signed, 11 bits. */
const numericModifierOffset = 4
const mostDecimalDigits = 76

function numericModifier(modifier: number): { precision: number; scale: number } {
  const packed = modifier - numericModifierOffset
  return { precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 }
}

/**
 * How a numeric with a modifier comes: as a decimal, unless it has more digits than Arrow has
 * decimals for. numeric(3,-2) has five digits, 99900; numeric(2,4) has four, 0.0099.
 */
export function numericWireType(modifier: number): WireType {
  if (modifier < numericModifierOffset) return { kind: 'numeric' }
  const { precision, scale } = numericModifier(modifier)
  const digits = scale < 0 ? precision - scale : Math.max(precision, scale)
  if (digits > mostDecimalDigits) return { kind: 'numeric' }
  return { kind: 'decimal', precision: digits, scale: Math.max(scale, 0) }
}
