import type { Random } from '../random.ts'
import type { FaultPostgres } from '../stack/postgres.ts'
import type { Stack } from '../stack/stack.ts'

/** What a fault works on. */
export interface FaultContext {
  stack: Stack
  random: Random
  /** The server of the control database, where it may be restarted. */
  controlServer?: FaultPostgres
}

/** Something that goes wrong, and is healed again. */
export interface Fault {
  name: string
  /** Which servers or processes of its own it needs. */
  needs?: 'a server of its own' | 'hosts of their own'
  /** Does it and heals it; fulfils with what was done, once it is healed. */
  inject(context: FaultContext): Promise<string>
}
