import type pg from 'pg'
import { refusing } from '../db/refusal.ts'
import { RequestError } from '../errors.ts'
import { findQueries, type QueryFilter } from './find.ts'
import { onEach } from './onEach.ts'
import type { State } from './states.ts'

/**
 * Runs an ended query again as a new one.
 *
 * @returns the id of the new one
 * @throws RequestError query_not_ended, or what a submission is refused with
 */
export async function retry(pool: pg.Pool, id: string): Promise<string> {
  return (await repeat(pool, id, false))!
}

const repeatable: readonly State[] = ['failed', 'timed_out', 'canceled']

/**
 * Repeats every query of a tenant that matches, did not succeed, and was not repeated yet.
 * Stops when one is refused, such as by a full queue: what was accepted stays.
 *
 * @param views pool for searches
 * @param dryRun true: only counts them
 * @throws RequestError what a submission is refused with, and how many were accepted
 */
export async function retryMatching(
  { pool, views }: { pool: pg.Pool; views: pg.Pool },
  tenant: string,
  filter: QueryFilter,
  dryRun: boolean,
): Promise<{ matching: number; retried: number }> {
  const states = repeatable.filter((state) => filter.states?.includes(state) ?? true)
  if (states.length === 0) return { matching: 0, retried: 0 }
  const wanted = { ...filter, states, repeated: false as const }
  let retried = 0
  try {
    const matching = await onEach(
      (before, limit) => findQueries(views, tenant, { ...wanted, before }, limit),
      async (id) => {
        if (!dryRun && (await repeat(pool, id, true)) !== null) retried++
      },
    )
    return { matching, retried }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    throw new RequestError(error.code, `${error.message} Before that ${retried} were repeated.`)
  }
}

async function repeat(pool: pg.Pool, id: string, unlessRepeated: boolean): Promise<string | null> {
  const { rows } = await refusing(
    pool.query<{ id: string | null }>({
      name: 'retry',
      text: 'select sluice.retry($1, $2) as id',
      values: [id, unlessRepeated],
    }),
  )
  return rows[0]!.id
}
