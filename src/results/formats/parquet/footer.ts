import type { Column } from '../../../arrow/columns.ts'
import {
  fieldHeader,
  fieldType,
  listHeader,
  readStruct,
  writeStruct,
  type List,
  type Struct,
} from './compactProtocol.ts'

/**
 * Joins Parquet files of the same columns into one, as parquet.thrift describes them: the
 * pages of their row groups follow one another, and one footer tells where each is.
 */

const magic = Buffer.from('PAR1')
const lengthBytes = 4

// FileMetaData
const [schemaField, rowsField, rowGroupsField] = [2, 3, 4]
// RowGroup
const [columnsField, fileOffsetField, ordinalField] = [1, 5, 7]
// ColumnChunk: its metadata, and page indexes, which lie behind the row groups and are left out.
const metadataField = 3
const indexFields = [4, 5, 6, 7]
// ColumnMetaData: where data, index and dictionary pages and the bloom filter are.
const placeFields = [9, 10, 11, 14]
// SchemaElement
const [childrenField, convertedTypeField, logicalTypeField] = [5, 6, 10]
// LogicalType
const [jsonType, uuidType] = [12, 14]
const convertedJson = 19n

/** A file taken apart. */
export interface ParquetParts {
  /** Pages of all row groups. */
  pages: Uint8Array
  /** Encoded row groups, placed where the pages will stand. */
  rowGroups: Uint8Array[]
  /** The encoded footer. */
  footer: Uint8Array
}

/**
 * Takes a file apart.
 *
 * @param offset where in the joined file its pages will stand
 */
export function takeApart(file: Buffer, offset: number): ParquetParts {
  const footerEnd = file.length - magic.length - lengthBytes
  const footer = file.subarray(footerEnd - file.readUInt32LE(footerEnd), footerEnd)
  const groups = listOf(readStruct(footer), rowGroupsField).items as Struct[]
  const by = BigInt(offset - magic.length)
  let pagesEnd = magic.length
  const rowGroups = groups.map((group) => {
    pagesEnd += Number(numberOf(group, 6))
    // A copy: what small buffers are cut from would be kept with each.
    return new Uint8Array(writeStruct(moved(group, by)))
  })
  return { pages: file.subarray(magic.length, pagesEnd), rowGroups, footer }
}

/** What a joined file starts with. */
export const fileStart: Uint8Array = magic

/**
 * What a joined file ends with.
 *
 * @param footer that of one of the files, which all have the same columns
 */
export function fileEnd(
  footer: Uint8Array,
  columns: readonly Column[],
  rows: number,
  rowGroups: readonly Uint8Array[],
): Buffer {
  const fields = readStruct(footer)
  nameTypes(listOf(fields, schemaField).items as Struct[], columns)
  fields.set(rowsField, { type: fieldType.i64, value: BigInt(rows) })
  const before: Struct = new Map([...fields].filter(([id]) => id < rowGroupsField))
  const after: Struct = new Map([...fields].filter(([id]) => id > rowGroupsField))
  const joined = Buffer.concat([
    writeStruct(before).subarray(0, -1),
    fieldHeader(rowGroupsField, fieldType.list, rowsField),
    listHeader(fieldType.struct, rowGroups.length),
    ...rowGroups,
    writeStruct(after, rowGroupsField),
  ])
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32LE(joined.length)
  return Buffer.concat([joined, length, magic])
}

function moved(group: Struct, by: bigint): Struct {
  group.delete(ordinalField)
  shift(group, fileOffsetField, by)
  for (const column of listOf(group, columnsField).items as Struct[]) {
    for (const field of indexFields) column.delete(field)
    const metadata = column.get(metadataField)!.value as Struct
    for (const field of placeFields) shift(metadata, field, by)
  }
  return group
}

function shift(fields: Struct, id: number, by: bigint): void {
  const field = fields.get(id)
  if (field !== undefined) field.value = (field.value as bigint) + by
}

/** Says of columns that hold UUIDs and JSON that they do, which the writer knows no way to. */
function nameTypes(schema: readonly Struct[], columns: readonly Column[]): void {
  let at = 1
  for (const { layout } of columns) {
    const element = schema[at]!
    if (layout.kind === 'uuid') setLogicalType(element, uuidType)
    if (layout.kind === 'json') {
      element.set(convertedTypeField, { type: fieldType.i32, value: convertedJson })
      setLogicalType(element, jsonType)
    }
    at += elementsOf(schema, at)
  }
}

function setLogicalType(element: Struct, type: number): void {
  const value: Struct = new Map([[type, { type: fieldType.struct, value: new Map() }]])
  element.set(logicalTypeField, { type: fieldType.struct, value })
}

/** How many elements of a schema, which stands depth first, an element takes up with what is inside it. */
function elementsOf(schema: readonly Struct[], at: number): number {
  const children = Number(schema[at]!.get(childrenField)?.value ?? 0n)
  let count = 1
  for (let child = 0; child < children; child++) count += elementsOf(schema, at + count)
  return count
}

function listOf(fields: Struct, id: number): List {
  return fields.get(id)!.value as List
}

function numberOf(fields: Struct, id: number): bigint {
  return fields.get(id)!.value as bigint
}
