import type pg from 'pg'
import { Batcher } from '../db/batcher.ts'
import type { QueryError } from '../errors.ts'
import type { State } from './states.ts'

/** What the manifest of a succeeded query says. */
export interface FinalManifest {
  expiresOn: string
  rows: number
  rawBytes: number
  storedBytes: number
  chunks: number
  limitingFactor: 'row_limit' | 'byte_limit' | null
  columns: readonly unknown[]
  schemaMessage: Buffer
  inline: { frame: Buffer; checksum: number } | null
}

/** How a run ended. */
export type Outcome = { queryId: string; token: string; firstRowMs: number | null } & (
  { state: 'succeeded'; manifest: FinalManifest } | { state: 'failed' | 'timed_out'; error: QueryError }
)

/**
 * Ends runs in one transaction and tells who waits for them. A cancel that was asked for
 * first wins.
 *
 * @returns the state that each reached; running or canceling where chunks that the manifest counts are not there, and
 *   the run is to be ended otherwise; null where it had lost its lease
 */
export async function finishMany(pool: pg.Pool, outcomes: readonly Outcome[]): Promise<(State | null)[]> {
  const blobs: Buffer[] = []
  let length = 0
  const place = (bytes: Buffer): number => {
    blobs.push(bytes)
    const at = length + 1
    length += bytes.length
    return at
  }
  const rows = outcomes.map((outcome) => ({
    query_id: outcome.queryId,
    token: outcome.token,
    state: outcome.state,
    first_row_ms: outcome.firstRowMs,
    error: outcome.state === 'succeeded' ? null : outcome.error,
    manifest: outcome.state === 'succeeded' ? manifestRow(outcome.manifest, place) : null,
  }))
  const { rows: reached } = await pool.query<{ query_id: string; state: State }>({
    name: 'finish',
    text: 'select query_id, state from sluice.finish($1::jsonb, $2::bytea)',
    values: [JSON.stringify(rows), Buffer.concat(blobs)],
  })
  const states = new Map(reached.map((row) => [row.query_id, row.state]))
  return outcomes.map((outcome) => states.get(outcome.queryId) ?? null)
}

const mostPerTransaction = 100
/** Little: a run that waits here holds its place in its lane. */
const gatherMsPerItem = 0.25

/**
 * Ends runs one by one for the caller, many to a transaction for PostgreSQL.
 *
 * @param persist repeats the transaction while the control database is away: an end is
 *   guarded, so a second try of one that did commit changes nothing
 */
export function createFinisher(
  pool: pg.Pool,
  persist: <T>(write: () => Promise<T>) => Promise<T>,
): Batcher<Outcome, State | null> {
  return new Batcher((outcomes) => persist(() => finishMany(pool, outcomes)), mostPerTransaction, gatherMsPerItem)
}

function manifestRow(manifest: FinalManifest, place: (bytes: Buffer) => number): Record<string, unknown> {
  return {
    expires_on: manifest.expiresOn,
    rows: manifest.rows,
    raw_bytes: manifest.rawBytes,
    stored_bytes: manifest.storedBytes,
    chunks: manifest.chunks,
    limiting_factor: manifest.limitingFactor,
    columns: manifest.columns,
    schema_at: place(manifest.schemaMessage),
    schema_length: manifest.schemaMessage.length,
    inline_at: manifest.inline && place(manifest.inline.frame),
    inline_length: manifest.inline && manifest.inline.frame.length,
    inline_checksum: manifest.inline && manifest.inline.checksum,
  }
}
