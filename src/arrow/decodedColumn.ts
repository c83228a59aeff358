import type { Field } from './columns.ts'

/** Values of a decoded batch, of a column or inside one: views into the bytes that they were decoded from. */
export interface DecodedColumn {
  column: Field
  /** Number of values. */
  length: number
  /** Validity bitmap; undefined: nothing is null. */
  validity: Uint8Array | undefined
  /** 32-bit offsets of variable-width values and lists, `length + 1` of them. */
  offsets: Int32Array | undefined
  /** Bits for bool, otherwise the bytes that the layout says; empty for lists and structs. */
  values: Uint8Array
  /** The items of lists, one after another; the parts of structs. */
  children: DecodedColumn[]
}

/** A decoded record batch. */
export interface DecodedBatch {
  rows: number
  columns: DecodedColumn[]
}

/** Whether value `row` of a column is null. */
export function isNull(column: DecodedColumn, row: number): boolean {
  return column.validity !== undefined && ((column.validity[row >> 3]! >> (row & 7)) & 1) === 0
}
