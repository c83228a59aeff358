/** How values are laid out in Arrow. Everything else about a column is its name and its source's type name. */
export type ColumnLayout =
  | { kind: 'bool' }
  | { kind: 'int16' }
  | { kind: 'int32' }
  | { kind: 'int64' }
  | { kind: 'uint32' }
  | { kind: 'uint64' }
  | { kind: 'float32' }
  | { kind: 'float64' }
  | { kind: 'decimal128'; precision: number; scale: number }
  | { kind: 'decimal256'; precision: number; scale: number }
  | { kind: 'utf8' }
  | { kind: 'json' }
  | { kind: 'binary' }
  | { kind: 'uuid' }
  | { kind: 'date32' }
  /** Microseconds since midnight. */
  | { kind: 'time64' }
  /** Microseconds since 1970. */
  | { kind: 'timestamp'; zoned: boolean }
  /** Months, days and nanoseconds. */
  | { kind: 'interval' }
  /** A list in a list is another dimension of one array, never an array of arrays. */
  | { kind: 'list'; item: Field }
  | { kind: 'struct'; fields: Field[] }

/** A name and how its values are laid out: a column, the items of a list, a part of a struct. */
export interface Field {
  /** As the source names it; may repeat, may be empty. */
  name: string
  /** The source's type name, such as `numeric(10,2)` or `text[]`. */
  type: string
  layout: ColumnLayout
}

/** Whether values of a layout are found by offsets: those of variable width, and lists. */
export function hasOffsets({ kind }: ColumnLayout): boolean {
  return kind === 'utf8' || kind === 'json' || kind === 'binary' || kind === 'list'
}

const noFields: readonly Field[] = []

/** What lies inside values of a layout. */
export function childFields(layout: ColumnLayout): readonly Field[] {
  if (layout.kind === 'list') return [layout.item]
  return layout.kind === 'struct' ? layout.fields : noFields
}

/** A column of a result. */
export interface Column extends Field {
  /**
   * How rows were stored before a value came that `layout` can hold and theirs cannot, in
   * order. Who reads them converts them: see {@link decodeBatches}.
   */
  earlier?: EarlierLayout[]
}

/** The layout of rows up to row `before` (exclusive) of a result. */
export interface EarlierLayout {
  layout: ColumnLayout
  before: number
}

/** The layout in which a column's rows from `firstRow` on are stored. */
export function storedLayout(column: Column, firstRow: number): ColumnLayout {
  return column.earlier?.find(({ before }) => firstRow < before)?.layout ?? column.layout
}

/** How often columns have changed their layout after rows were stored. */
export function layoutChanges(columns: readonly Column[]): number {
  return columns.reduce((changes, { earlier }) => changes + (earlier?.length ?? 0), 0)
}

/** Whether rows from `firstRow` on are stored as `columns` says, so that they can go out as they are. */
export function isStoredAsIs(columns: readonly Column[], firstRow: number): boolean {
  return columns.every(({ earlier }) => earlier === undefined || earlier.every(({ before }) => firstRow >= before))
}

/**
 * The values of one column of a batch, in the buffers of the Arrow columnar format: validity
 * bitmap (undefined when nothing is null), then offsets and values, or one of them, then the
 * same of what lies inside.
 */
export interface ColumnData {
  /** Number of values. */
  length: number
  nullCount: number
  validity: Uint8Array | undefined
  buffers: Uint8Array[]
  children: ColumnData[]
}
