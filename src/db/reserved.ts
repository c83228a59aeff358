import type pg from 'pg'
import { every } from '../every.ts'
import { createControlPool, type ControlPoolOptions } from './pool.ts'

/** How often the connection is asked for a sign of life, and made anew if it is lost. */
const keepMs = 5_000

/** A connection that nothing else takes. */
export interface Reserved {
  /** Of one connection. */
  pool: pg.Pool
  /** Makes the connection; an error is the caller's. */
  open(): Promise<void>
  close(): Promise<void>
}

/**
 * A connection to the control database that stands open before it is needed: for what must get
 * through when all others of the process are busy, or PostgreSQL takes no more.
 */
export function createReserved(options: Omit<ControlPoolOptions, 'max' | 'keepsIdle'>): Reserved {
  const pool = createControlPool({ ...options, max: 1, keepsIdle: true })
  const ask = async (): Promise<void> => void (await pool.query('select 1'))
  let stop: (() => Promise<void>) | undefined
  return {
    pool,
    async open() {
      await ask()
      // A database that is away is told of elsewhere.
      stop = every(keepMs, ask, () => undefined)
    },
    async close() {
      await stop?.()
      await pool.end()
    },
  }
}
