import type { Column } from '../arrow/columns.ts'
import { readTextRow, type FieldDescription } from '../wire/messages.ts'
import { BatchBuilder } from './batchBuilder.ts'
import { encodeParameters, type Parameter } from './parameters.ts'
import { askTypeNames, knownTypeNames, rememberTypeName, type TypeNameCache } from './typeNames.ts'

/** What a source tells about a statement before it is bound: its parameters, its columns and their types. */
export class Description {
  readonly #typeNames: TypeNameCache
  #parameterValues: (string | null)[] = []
  #fields: FieldDescription[] = []
  #unnamed: FieldDescription[] = []

  constructor(typeNames: TypeNameCache) {
    this.#typeNames = typeNames
  }

  /** The parameters as text, for Bind. */
  get parameterValues(): readonly (string | null)[] {
    return this.#parameterValues
  }

  /** @throws RunError invalid_parameter */
  setParameters(parameters: readonly Parameter[], typeOids: readonly number[]): void {
    this.#parameterValues = encodeParameters(parameters, typeOids)
  }

  /** Takes the columns; returns the messages that ask for the names of types, none if all are known. */
  setFields(fields: FieldDescription[]): Buffer[] {
    const names = knownTypeNames(fields, this.#typeNames)
    this.#fields = fields
    this.#unnamed = fields.filter((_, i) => names[i] === undefined)
    return this.#unnamed.length === 0 ? [] : askTypeNames(this.#unnamed)
  }

  /** Takes a row of the answer to that question. */
  addTypeName(row: Buffer): void {
    const field = this.#unnamed.shift()
    if (field !== undefined) rememberTypeName(field, readTextRow(row)[0] ?? null, this.#typeNames)
  }

  /** The columns of the result, what makes batches of its rows, and which of them to ask for in binary. */
  plan(): { columns: Column[]; builder: BatchBuilder; binary: boolean[] } {
    const builder = new BatchBuilder(this.#fields)
    const names = knownTypeNames(this.#fields, this.#typeNames).map((name) => name ?? 'unknown')
    return {
      columns: builder.columns(this.#fields, names),
      builder,
      binary: builder.plans.map((plan) => plan.binary),
    }
  }
}
