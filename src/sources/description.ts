import type { FieldDescription } from '../wire/messages.ts'
import { BatchBuilder } from './builders/batchBuilder.ts'
import { encodeParameters, type Parameter } from './parameters.ts'
import type { TypeCatalog } from './types/typeCatalog.ts'
import { isBinary } from './types/wireType.ts'

/** What a source tells about a statement before it is bound: its parameters, its columns and their types. */
export class Description {
  readonly #types: TypeCatalog
  #parameterValues: (string | null)[] = []
  #fields: FieldDescription[] = []
  #unknown: FieldDescription[] = []

  constructor(types: TypeCatalog) {
    this.#types = types
  }

  /** The parameters as text, for Bind. */
  get parameterValues(): readonly (string | null)[] {
    return this.#parameterValues
  }

  /** @throws RunError invalid_parameter */
  setParameters(parameters: readonly Parameter[], typeOids: readonly number[]): void {
    this.#parameterValues = encodeParameters(parameters, typeOids)
  }

  /** Takes the columns; returns the messages that ask about their types, none if all are known. */
  setFields(fields: FieldDescription[]): Buffer[] {
    this.#fields = fields
    this.#unknown = this.#types.unknown(fields)
    return this.#unknown.length === 0 ? [] : this.#types.ask(this.#unknown)
  }

  /** Takes the row that answers that question. */
  addTypes(row: Buffer): void {
    this.#types.learn(this.#unknown, row)
  }

  /** What makes batches of the rows, and which columns to ask for in binary. */
  plan(): { builder: BatchBuilder; binary: boolean[] } {
    const plans = this.#fields.map((field) => this.#types.plan(field))
    return { builder: new BatchBuilder(plans, this.#types), binary: plans.map(({ wire }) => isBinary(wire)) }
  }
}
