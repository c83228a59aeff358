import type pg from 'pg'
import { every } from '../every.ts'
import { createControlPool, type ControlPoolOptions } from './pool.ts'

/** How often the connection is asked for a sign of life. */
const keepMs = 5_000
/** How often it is tried to make a lost one anew. */
const mendMs = 250

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
  let heardAt = -Infinity
  const ask = async (): Promise<void> => {
    await pool.query('select 1')
    heardAt = performance.now()
  }
  const keep = async (): Promise<void> => {
    if (pool.totalCount === 0 || performance.now() - heardAt > keepMs) await ask()
  }
  let stop: (() => Promise<void>) | undefined
  return {
    pool,
    async open() {
      await ask()
      // A database that is away is told of elsewhere.
      stop = every(mendMs, keep, () => undefined)
    },
    async close() {
      await stop?.()
      await pool.end()
    },
  }
}
