import { isDeepStrictEqual } from 'node:util'
import { RunError } from '../errors.ts'
import { bind, describeStatement, execute, parse, type FieldDescription } from '../wire/messages.ts'
import type { BatchBuilder } from './builders/batchBuilder.ts'
import { Description } from './description.ts'
import { readParameters, type Parameter } from './parameters.ts'
import type { Described, SourceMemory } from './sourceMemory.ts'

/** What is prepared. */
export interface PreparedStatement {
  sql: string
  /** Values for $1…: JSON values or `{"type","value"}`. */
  params: readonly unknown[]
}

/**
 * How one statement is parsed, described and bound: as its source describes it now or, if that
 * is foreseen, as it described it the last time.
 */
export class Preparation {
  readonly #statement: PreparedStatement
  readonly #memory: SourceMemory
  #parameters: Parameter[] = []
  #typeOids: number[] = []
  #description: Description
  #described: Described = { parameterTypes: [], fields: [] }
  #foreseen: Described | undefined
  #plan: { builder: BatchBuilder; binary: boolean[] } | undefined

  constructor(statement: PreparedStatement, memory: SourceMemory) {
    this.#statement = statement
    this.#memory = memory
    this.#description = new Description(memory.types)
  }

  /**
   * The messages that parse and describe the statement.
   *
   * @throws RunError for a statement or parameters that need not be sent
   */
  ask(): Buffer[] {
    const { sql, params } = this.#statement
    if (sql.includes('\0')) throw new RunError('sql_error', 'The statement holds a NUL character.')
    this.#parameters = readParameters(params)
    this.#typeOids = this.#parameters.map(({ typeOid }) => typeOid)
    return [parse('', sql, this.#typeOids), describeStatement('')]
  }

  /** The messages that execute the statement as it was described before, undefined if that is not known. */
  foresee(): Buffer[] | undefined {
    const known = this.#memory.recall(this.#statement.sql, this.#typeOids)
    if (known === undefined) return undefined
    try {
      this.#description.setParameters(this.#parameters, known.parameterTypes)
    } catch {
      // Refused once the source has said what it takes now.
      return undefined
    }
    if (this.#description.setFields([...known.fields]).length > 0) return undefined
    this.#foreseen = known
    return this.#bind()
  }

  /** Forgets what was foreseen: the source describes the statement otherwise now, and is asked again. */
  forget(): void {
    this.#memory.forget(this.#statement.sql, this.#typeOids)
    this.#foreseen = undefined
    this.#description = new Description(this.#memory.types)
  }

  /** @throws RunError invalid_parameter */
  setParameterTypes(typeOids: readonly number[]): void {
    this.#described = { ...this.#described, parameterTypes: typeOids }
    if (this.#foreseen === undefined) this.#description.setParameters(this.#parameters, typeOids)
  }

  /**
   * Takes the columns: the statement is executed as foreseen, or what was foreseen is outdated,
   * or these messages are still to be sent. One of them asks about types, unless `isComplete`.
   */
  setFields(fields: FieldDescription[]): 'foreseen' | 'outdated' | { isComplete: boolean; messages: Buffer[] } {
    this.#described = { ...this.#described, fields }
    if (this.#foreseen !== undefined) {
      return isDeepStrictEqual(this.#foreseen, this.#described) ? 'foreseen' : 'outdated'
    }
    const questions = this.#description.setFields(fields)
    if (questions.length > 0) return { isComplete: false, messages: questions }
    return { isComplete: true, messages: this.execute() }
  }

  /** Takes the row that answers the question about types. */
  addTypes(row: Buffer): void {
    this.#description.addTypes(row)
  }

  /** The messages that execute the statement as it was described now. */
  execute(): Buffer[] {
    this.#memory.remember(this.#statement.sql, this.#typeOids, this.#described)
    return this.#bind()
  }

  /** What its rows are made into. */
  get builder(): BatchBuilder {
    return this.#plan!.builder
  }

  #bind(): Buffer[] {
    this.#plan = this.#description.plan()
    return [bind('', this.#description.parameterValues, this.#plan.binary), execute]
  }
}
