import type pg from 'pg'

/** The time by the clock of the control database, by which results are made and expire; milliseconds. */
export async function databaseTime(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ ms: number }>('select extract(epoch from clock_timestamp())::float8 * 1000 as ms')
  return rows[0]!.ms
}
