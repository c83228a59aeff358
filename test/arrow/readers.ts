/**
 * Arrow IPC streams read by implementations that are not ours, with every value in the text
 * form in which psql prints it.
 */
import { tableFromIPC as readWithFlechette } from '@uwdata/flechette'
import { tableFromIPC as readWithArrowJs, type DataType } from 'apache-arrow'
import { Table as WasmTable } from 'parquet-wasm'
import { arrowJsType, arrowJsValues } from './arrowJsValues.ts'
import { flechetteType, flechetteValues } from './flechetteValues.ts'
import { postgresText, type ReadType, type ReadValues } from './postgresText.ts'

/** A field of a schema. */
export interface ReadField {
  name: string
  /** Arrow's type, such as `Decimal128(10, 2)`. */
  type: string
  metadata: Record<string, string>
  /** What lies inside, if anything does. */
  children?: ReadField[]
}

/** A table as an independent reader sees it. */
export interface ReadTable {
  fields: ReadField[]
  /** Rows of values as psql prints them; null is null. */
  rows: (string | null)[][]
}

/** Every reader by its name. */
export const readers: Record<string, (stream: Uint8Array) => ReadTable> = {
  flechette,
  'apache-arrow': arrowJs,
  // Rust's reader checks offsets and UTF-8; what it made of the stream comes back through its own writer.
  'parquet-wasm': (stream) => flechette(WasmTable.fromIPCStream(stream).intoIPCStream()),
}

/** Reads a stream with @uwdata/flechette. */
export function flechette(stream: Uint8Array): ReadTable {
  const table = readWithFlechette(stream, { useBigInt: true, useDecimalInt: true })
  const types = table.schema.fields.map(({ type }) => flechetteType(type))
  const fields = table.schema.fields.map(({ name, metadata }, i) => fieldOf(name, metadata, types[i]!))
  const columns = table.children.map((column, i) =>
    column.data.map((batch) => flechetteValues(batch as never, types[i]!)),
  )
  return { fields, rows: rowsOf(columns, table.numRows) }
}

/** Reads a stream with apache-arrow. */
export function arrowJs(stream: Uint8Array): ReadTable {
  const table = readWithArrowJs(stream)
  const types = table.schema.fields.map(({ type }) => arrowJsType(type as DataType))
  const fields = table.schema.fields.map(({ name, metadata }, i) => fieldOf(name, metadata, types[i]!))
  // Without rows it leaves out what lies inside lists.
  const batches = types.map((_, i) => table.getChildAt(i)!.data.filter((data) => data.length > 0))
  const columns = types.map((type, i) => batches[i]!.map((data) => arrowJsValues(data, type)))
  return { fields, rows: rowsOf(columns, table.numRows) }
}

function fieldOf(name: string, metadata: Map<string, string> | null | undefined, type: ReadType): ReadField {
  const children = type.children.map((child) =>
    fieldOf(child.name, new Map(Object.entries(child.metadata)), child.type),
  )
  const field = { name, type: type.text, metadata: Object.fromEntries(metadata ?? []) }
  return children.length === 0 ? field : { ...field, children }
}

/** Rows of columns that come in batches. */
function rowsOf(columns: readonly (readonly ReadValues[])[], rows: number): ReadTable['rows'] {
  const texts = columns.map((batches) =>
    batches.flatMap((values) => Array.from({ length: values.length }, (_, row) => postgresText(values, row))),
  )
  return Array.from({ length: rows }, (_, row) => texts.map((values) => values[row]!))
}
