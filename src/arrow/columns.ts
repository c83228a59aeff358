/** How a column is laid out in Arrow. Everything else about a column is its name and its source's type name. */
export type ColumnLayout =
  | { kind: 'bool' }
  | { kind: 'int16' }
  | { kind: 'int32' }
  | { kind: 'int64' }
  | { kind: 'float32' }
  | { kind: 'float64' }
  | { kind: 'decimal128'; precision: number; scale: number }
  | { kind: 'utf8' }
  | { kind: 'json' }
  | { kind: 'binary' }
  | { kind: 'uuid' }
  | { kind: 'date32' }
  | { kind: 'timestamp'; zoned: boolean }

/** A column of a result. */
export interface Column {
  /** As the source names it; may repeat, may be empty. */
  name: string
  /** The source's type name, such as `numeric(10,2)` or `text[]`. */
  type: string
  layout: ColumnLayout
}

/**
 * The values of one column of a batch, in the buffers of the Arrow columnar format: validity
 * bitmap (undefined when nothing is null), then offsets and values, or values alone.
 */
export interface ColumnData {
  nullCount: number
  validity: Uint8Array | undefined
  buffers: Uint8Array[]
}
