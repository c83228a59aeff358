import type { FieldDescription } from '../wire/messages.ts'
import { TypeCatalog } from './types/typeCatalog.ts'

/** How a source described a statement. */
export interface Described {
  /** Type OIDs of its parameters. */
  parameterTypes: readonly number[]
  fields: readonly FieldDescription[]
}

const mostStatements = 1_000
const longestStatement = 10_000

/**
 * What one process remembers of a source: types, and how statements were described,
 * so that one that comes again is described and executed in one round trip.
 */
export class SourceMemory {
  readonly types = new TypeCatalog()
  readonly #described = new Map<string, Described>()

  /** How the source described a statement the last time, undefined if it is not known. */
  recall(sql: string, parameterTypes: readonly number[]): Described | undefined {
    return this.#described.get(key(sql, parameterTypes))
  }

  remember(sql: string, parameterTypes: readonly number[], described: Described): void {
    if (sql.length > longestStatement) return
    if (this.#described.size >= mostStatements) this.#described.clear()
    this.#described.set(key(sql, parameterTypes), described)
  }

  forget(sql: string, parameterTypes: readonly number[]): void {
    this.#described.delete(key(sql, parameterTypes))
  }

  /** Forgets everything: the source is another one now. */
  clear(): void {
    this.types.clear()
    this.#described.clear()
  }
}

function key(sql: string, parameterTypes: readonly number[]): string {
  return `${parameterTypes.join()}:${sql}`
}
