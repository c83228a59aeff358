import { createHash } from 'node:crypto'
import { setImmediate as otherWork } from 'node:timers/promises'
import type pg from 'pg'
import { longStatement } from '../db/answerBound.ts'
import { normalize } from './normalize.ts'

/** What one transaction counts; more follow at once. */
const mostEvents = 20_000
/** Shapes are found in pieces between which other work goes on. */
const shapesAtOnce = 50

interface NextEvents {
  seen: string | null
  missing: string
  writers: string[] | null
  ids: string
  events: number
  began: string
}

/** A text that statistics have not met, with a query that has it. */
interface UnknownText {
  digest: string
  query_id: string
  sql: string
}

interface Shape {
  digest: string
  query_id: string
  fingerprint: string
  normalized: string
}

/** Servers and workers all count, whichever comes first, and not more often than this together. */
export const rollUpMs = 5_000

/** Counts as {@link rollUp} does, unless some process has done so a moment ago. */
export async function rollUpIfDue(pool: pg.Pool): Promise<void> {
  const { rowCount } = await pool.query({
    name: 'roll_up_due',
    text: `select from sluice.statistics_state where rolled_up_at < clock_timestamp() - make_interval(secs => $1)`,
    values: [(rollUpMs / 1000) * 0.9],
  })
  if (rowCount === 1) await rollUp(pool)
}

/**
 * Counts everything that has happened and is not in the statistics yet, in as many
 * transactions as it takes. If another process is doing so, nothing is left to do.
 *
 * @returns the number of events that were counted
 */
export async function rollUp(pool: pg.Pool): Promise<number> {
  let counted = 0
  for (;;) {
    const events = await countNext(pool)
    counted += events ?? 0
    if (events === undefined || events < mostEvents) break
  }
  await pool.query(longStatement({ name: 'sample_gauges', text: 'select sluice.sample_gauges()' }))
  return counted
}

/** Undefined if another process counts. */
async function countNext(pool: pg.Pool): Promise<number | undefined> {
  const client = await pool.connect()
  let failure: unknown
  try {
    await client.query('begin')
    const { rows } = await client.query<NextEvents>(
      longStatement({
        name: 'next_events',
        text: `
        select seen::text, missing::text, writers, ids::text, events::integer, began::text
        from sluice.next_events($1)`,
        values: [mostEvents],
      }),
    )
    const next = rows[0]!
    if (next.seen !== null) {
      const unknown = await countEvents(client, next, [])
      if (unknown.length > 0) {
        const left = await countEvents(client, next, await shapesOf(unknown))
        if (left.length > 0) throw new Error('A query was deleted while its text was being counted')
      }
    }
    await client.query('commit')
    return next.seen === null ? undefined : next.events
  } catch (error) {
    failure = error
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release(failure instanceof Error)
  }
}

/** Returns the texts that must be known first; if there are any, nothing was counted. */
async function countEvents(
  client: pg.PoolClient,
  { seen, missing, writers, ids, began, events }: NextEvents,
  shapes: Shape[],
): Promise<UnknownText[]> {
  const { rows } = await client.query<{ unknown: UnknownText[] | null | '' }>(
    longStatement({
      name: 'count_events',
      text: 'select sluice.count_events($1, $2, $3, $4, $5, $6, $7) as unknown',
      values: [seen, missing, writers, ids, began, events < mostEvents, JSON.stringify(shapes)],
    }),
  )
  // Before the migration that goes with this code the function returns nothing.
  return rows[0]!.unknown || []
}

async function shapesOf(texts: UnknownText[]): Promise<Shape[]> {
  const shapes: Shape[] = []
  for (const { digest, query_id, sql } of texts) {
    const normalized = normalize(sql)
    shapes.push({ digest, query_id, fingerprint: fingerprintOf(normalized), normalized })
    if (shapes.length % shapesAtOnce === 0) await otherWork()
  }
  return shapes
}

/** First half of the SHA-256 of a shape, as a UUID is written. */
function fingerprintOf(normalized: string): string {
  const hex = createHash('sha256').update(normalized).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
