import type pg from 'pg'

/** PostgreSQL cuts longer names. */
const longestName = 63

/** A query that this worker now runs. */
export interface Claim {
  queryId: string
  /** Lease token: every write of the run shows it. */
  token: string
  attempt: number
  lane: string
  source: string
  sql: string
  params: unknown[]
  timeoutSeconds: number
  rowLimit: number | null
  byteLimit: number | null
  /** Partition of the result, `YYYY-MM-DD`. */
  expiresOn: string
  /** There may be more to claim in its lane, now or when a query of the lane ends. */
  more: boolean
  /** Place in a distributed trace that it was submitted with. */
  traceparent: string | null
  tracestate: string | null
  /** The plan that its source chooses is to be kept. */
  explain: boolean
}

/** application_name of the run's session at its source; the same as sluice.run_name(). */
export function runName({ queryId, attempt, token }: Pick<Claim, 'queryId' | 'attempt' | 'token'>): string {
  return `sluice:${queryId}:${attempt}:${token}`.slice(0, longestName)
}

interface ClaimRow {
  query_id: string
  token: string
  attempt: number
  source: string
  sql: string
  params: unknown[]
  timeout_seconds: number
  row_limit: string | null
  byte_limit: string | null
  expires_on: string
  more: boolean
  traceparent: string | null
  tracestate: string | null
  explain: boolean | null
}

/**
 * Claims up to `want` queries of a lane, in order of priority and age, as far as the lane's
 * limit allows. `woken`: by a ticket.
 */
export async function claim(
  pool: pg.Pool,
  workerId: string,
  lane: string,
  want: number,
  woken: boolean,
): Promise<Claim[]> {
  const { rows } = await pool.query<ClaimRow>({
    name: 'claim',
    // By name: with `*` a later version's function, which answers more, would break the prepared statement.
    text: `
      select query_id, token, attempt, source, sql, params, timeout_seconds, row_limit, byte_limit,
        expires_on::text as expires_on, more, traceparent, tracestate, explain
      from sluice.claim($1, $2, $3, $4)`,
    values: [workerId, lane, want, woken],
  })
  return rows.map((row) => ({
    queryId: row.query_id,
    token: row.token,
    attempt: row.attempt,
    lane,
    source: row.source,
    sql: row.sql,
    params: row.params,
    timeoutSeconds: row.timeout_seconds,
    rowLimit: row.row_limit === null ? null : Number(row.row_limit),
    byteLimit: row.byte_limit === null ? null : Number(row.byte_limit),
    expiresOn: row.expires_on,
    more: row.more,
    traceparent: row.traceparent,
    tracestate: row.tracestate,
    explain: row.explain === true,
  }))
}
