import { bind, execute, flush, parse, readTextRow, type FieldDescription } from '../../wire/messages.ts'
import { builtinType, builtinTypeName, numericWireType } from './builtinTypes.ts'
import { definitionsQuery, type TypeAnswer, type TypeDefinition } from './definitions.ts'
import { itemTypeName, shortName } from './typeName.ts'
import type { WireType } from './wireType.ts'

/** How a column of a source is read. */
export interface ColumnPlan {
  name: string
  /** The source's type name. */
  type: string
  wire: WireType
}

const statementName = 'sluice_types'
const mostNames = 10_000
/** Types do not contain themselves, but what a source told at different times may look so. */
const deepest = 16
const printed: WireType = { kind: 'printed' }

/**
 * The types of one source: PostgreSQL's own, which are known, and others, which the source is
 * asked about when a statement first returns them.
 */
export class TypeCatalog {
  /** By OID and modifier. */
  readonly #names = new Map<string, string>()
  readonly #definitions = new Map<number, TypeDefinition>()
  #outdated = false

  /** The columns whose types the source must be asked about. */
  unknown(fields: readonly FieldDescription[]): FieldDescription[] {
    if (this.#outdated) this.clear()
    return fields.filter((field) => this.#nameOf(field) === undefined)
  }

  /** Messages that ask the source about the types of columns; one text row comes back. */
  ask(fields: readonly FieldDescription[]): Buffer[] {
    const oids = `{${fields.map((field) => field.typeOid).join()}}`
    const modifiers = `{${fields.map((field) => field.typeModifier).join()}}`
    return [parse(statementName, definitionsQuery, []), bind(statementName, [oids, modifiers], []), execute, flush]
  }

  /** Remembers the source's answer about the types of `fields`. */
  learn(fields: readonly FieldDescription[], row: Buffer): void {
    const { names, types } = JSON.parse(readTextRow(row)[0]!) as TypeAnswer
    if (this.#names.size + fields.length > mostNames) this.clear()
    fields.forEach((field, i) => this.#names.set(key(field), shortName(names[i] ?? `oid ${field.typeOid}`)))
    for (const { oid, ...definition } of types ?? []) this.#definitions.set(oid, definition)
  }

  /** Forgets what the source has told. */
  clear(): void {
    this.#names.clear()
    this.#definitions.clear()
    this.#outdated = false
  }

  /** A type has turned out to be another one: the next statement asks again. */
  outdate(): void {
    this.#outdated = true
  }

  /** How a column is read. What is not known is printed, which is exact. */
  plan(field: FieldDescription): ColumnPlan {
    const type = this.#nameOf(field) ?? `oid ${field.typeOid}`
    const wire = this.wireType(field.typeOid, field.typeModifier)
    // PostgreSQL is faster at printing a numeric than we are.
    if (wire?.kind === 'numeric') return { name: field.name, type, wire: printed }
    return { name: field.name, type, wire: wire ?? this.#printed(field.typeOid, type) }
  }

  /** How values of a type come in binary, undefined if they cannot be read so. */
  wireType(oid: number, modifier: number, depth = 0): WireType | undefined {
    const type = builtinType(oid)
    if (type?.itemOid !== undefined) return this.#array(type.itemOid, modifier, type.name, depth)
    if (type?.wire === 'numeric') return numericWireType(modifier)
    if (type !== undefined) return type.wire && { kind: type.wire }
    const definition = this.#definitions.get(oid)
    if (definition === undefined || depth > deepest) return undefined
    switch (definition.kind) {
      case 'enum':
        return { kind: 'text' }
      case 'domain':
        return this.wireType(definition.base, definition.modifier, depth + 1)
      case 'array':
        return this.#array(definition.item, modifier, definition.name, depth)
      case 'composite':
        return this.#record(definition.fields, depth)
      case 'other':
        return undefined
    }
  }

  #array(itemOid: number, modifier: number, name: string, depth: number): WireType | undefined {
    const item = this.wireType(itemOid, modifier, depth + 1)
    // An array of a domain that is an array: not another dimension.
    if (item === undefined || item.kind === 'array') return undefined
    return { kind: 'array', itemType: builtinTypeName(itemOid, modifier) ?? itemTypeName(name), item }
  }

  #record(fields: (TypeDefinition & { kind: 'composite' })['fields'], depth: number): WireType | undefined {
    // Parquet has no struct without parts.
    if (fields.length === 0) return undefined
    const parts = fields.map(({ name, oid, modifier, type }) => ({
      name,
      type: shortName(type),
      typeOid: oid,
      wire: this.wireType(oid, modifier, depth + 1),
    }))
    return parts.every((part) => part.wire !== undefined) ? { kind: 'record', fields: parts as never } : undefined
  }

  #printed(oid: number, name: string): WireType {
    return this.#isPrintedWithCommas(oid) ? { kind: 'printedArray', itemType: itemTypeName(name) } : printed
  }

  #isPrintedWithCommas(oid: number): boolean {
    const type = builtinType(oid)
    if (type !== undefined) return type.itemOid !== undefined && type.itemOid !== boxOid
    const definition = this.#definitions.get(oid)
    return definition?.kind === 'array' && definition.delimiter === ','
  }

  #nameOf(field: FieldDescription): string | undefined {
    return builtinTypeName(field.typeOid, field.typeModifier) ?? this.#names.get(key(field))
  }
}

/** The one type of PostgreSQL's own whose arrays have semicolons. */
const boxOid = 603

function key(field: FieldDescription): string {
  return `${field.typeOid}/${field.typeModifier}`
}
