import type pg from 'pg'

/**
 * Takes the beat for a worker, or says that it still holds it.
 *
 * @param term the term under which this connection holds it; undefined: it does not
 * @returns the term; undefined: another worker holds it
 */
export async function holdBeat(
  client: pg.ClientBase,
  poolId: string,
  term: string | undefined,
): Promise<string | undefined> {
  const { rows } = await client.query<{ term: string | null }>({
    name: 'hold_beat',
    text: 'select sluice.hold_beat($1, $2)::text as term',
    values: [poolId, term ?? null],
  })
  return rows[0]!.term ?? undefined
}

/**
 * Notes that everything due was gone through.
 *
 * @param lastMs what the note before took: a durable write, as results are; undefined: there was none
 * @returns what this one took, in milliseconds
 */
export async function noteTick(client: pg.ClientBase, term: string, lastMs: number | undefined): Promise<number> {
  const startedAt = performance.now()
  await client.query({
    name: 'note_tick',
    text: `
      update sluice.beat
      set ticked_at = clock_timestamp(),
          store_latency_seconds = coalesce(0.9 * store_latency_seconds + 0.1 * $2, $2, store_latency_seconds)
      where term = $1`,
    values: [term, lastMs === undefined ? null : lastMs / 1000],
  })
  return performance.now() - startedAt
}

/** Gives the beat up. */
export async function releaseBeat(client: pg.ClientBase, term: string): Promise<void> {
  await client.query('select sluice.release_beat($1)', [term])
}
