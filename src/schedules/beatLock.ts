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

/** Notes that everything due was gone through. */
export async function noteTick(client: pg.ClientBase, term: string): Promise<void> {
  await client.query({
    name: 'note_tick',
    text: 'update sluice.beat set ticked_at = clock_timestamp() where term = $1',
    values: [term],
  })
}

/** Gives the beat up. */
export async function releaseBeat(client: pg.ClientBase, term: string): Promise<void> {
  await client.query('select sluice.release_beat($1)', [term])
}
