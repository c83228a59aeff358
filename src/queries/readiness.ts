import type pg from 'pg'
import { missingMigrations } from '../db/migrate.ts'
import { isMissingObject } from '../db/sqlState.ts'

/** Whether a control database is as this version of Sluice needs it. */
export interface Readiness {
  /** It has every numbered migration of this version; it may have more, of a later one. */
  migrations: boolean
  /** It takes writes: it is no standby, and was not made read-only. */
  writable: boolean
  /** Results that expire today and tomorrow have their partitions. */
  partitions: boolean
}

/** @throws if the database cannot be reached, or refuses what it is asked */
export async function readReadiness(pool: pg.Pool): Promise<Readiness> {
  const { rows } = await pool.query<{ ahead: boolean; writable: boolean }>({
    name: 'partitions_ahead',
    text: `
      select bool_and(to_regclass('sluice.chunks_' || to_char((now() at time zone 'UTC')::date + n, 'YYYYMMDD')) is not null)
        as ahead,
        bool_and(not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off') as writable
      from generate_series(0, 1) n`,
  })
  const { ahead, writable } = rows[0]!
  return { migrations: await isMigrated(pool), writable, partitions: ahead }
}

async function isMigrated(pool: pg.Pool): Promise<boolean> {
  try {
    return (await missingMigrations(pool)).length === 0
  } catch (error) {
    if (isMissingObject(error)) return false
    throw error
  }
}
