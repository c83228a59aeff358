import type { Stack } from '../stack.ts'

/** What a part of the bench works with. */
export interface PartContext {
  stack: Stack
  quick: boolean
  /** Aborted when the bench is to stop. */
  signal: AbortSignal
  /** Shows progress. */
  say: (text: string) => void
}
