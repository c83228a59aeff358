/** Steps in the life of a query, taken without a worker: what tests of the state functions need. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { claim, type Claim } from '../../src/queries/claim.ts'
import type { FinalManifest, Outcome } from '../../src/queries/finish.ts'
import type { State } from '../../src/queries/states.ts'
import { submitMany, type Submission } from '../../src/queries/submit.ts'
import { registerWorker } from '../../src/queries/workers.ts'
import { version } from '../../src/version.ts'

/** Registers a worker that does nothing; its id. */
export async function addWorker(pool: pg.Pool): Promise<string> {
  const id = randomUUID()
  await registerWorker(pool, {
    id,
    host: 'nowhere',
    pid: 0,
    version,
    lanes: null,
    slots: 8,
    poolId: `pool-${id}`,
    leaseSeconds: 15,
  })
  return id
}

/** Adds a lane with some of its columns; its name. */
export async function addLane(pool: pg.Pool, columns: Record<string, string | number | boolean> = {}): Promise<string> {
  const lane = { name: `lane-${randomUUID().slice(0, 8)}`, ...columns }
  const names = Object.keys(lane)
  await pool.query(
    `insert into sluice.lanes (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
    Object.values(lane),
  )
  return lane.name
}

/** Submits one query; its id. Throws what the submission is refused with. */
export async function submit(pool: pg.Pool, fields: Partial<Submission> = {}): Promise<string> {
  const [answer] = await submitMany(pool, [{ id: randomUUID(), tenant: 'default', sql: 'select 1', ...fields }])
  if ('error' in answer!) throw answer.error
  return answer!.queryId
}

/** Submits a query to a lane and claims it. */
export async function submitAndClaim(pool: pg.Pool, worker: string, lane: string): Promise<Claim> {
  const id = await submit(pool, { lane })
  const [claimed] = await claim(pool, worker, lane, 1, false)
  if (claimed?.queryId !== id) throw new Error(`Claimed ${claimed?.queryId} instead of ${id}.`)
  return claimed
}

/** Submits so many queries to a lane of their own, and claims them. */
export async function submitAndClaimMany(pool: pg.Pool, worker: string, count: number): Promise<Claim[]> {
  const lane = await addLane(pool, { concurrency: count })
  await submitMany(
    pool,
    Array.from({ length: count }, () => ({ id: randomUUID(), tenant: 'default', sql: 'select 1', lane })),
  )
  return await claim(pool, worker, lane, count, false)
}

/** The end of a run in one of the states that a run can report. */
export function outcomeOf(
  run: Pick<Claim, 'queryId' | 'token'>,
  state: Outcome['state'],
  manifest: Partial<FinalManifest> & Pick<FinalManifest, 'expiresOn'> = { expiresOn: '2100-01-01' },
): Outcome {
  const { queryId, token } = run
  if (state !== 'succeeded') {
    const code = state === 'failed' ? 'sql_error' : 'statement_timeout'
    return {
      queryId,
      token,
      firstRowMs: null,
      state,
      error: { code, message: 'As the test has it.', retryable: false },
    }
  }
  return {
    queryId,
    token,
    firstRowMs: 1,
    state,
    manifest: {
      rows: 0,
      rawBytes: 0,
      storedBytes: 0,
      chunks: 0,
      limitingFactor: null,
      columns: [],
      schemaMessage: Buffer.from('schema'),
      inline: null,
      ...manifest,
    },
  }
}

/** The state of a query. */
export async function stateOf(pool: pg.Pool, id: string): Promise<State | undefined> {
  const { rows } = await pool.query<{ state: State }>('select state from sluice.queries where id = $1', [id])
  return rows[0]?.state
}

/** The states that a query has entered, in order. */
export async function eventsOf(pool: pg.Pool, id: string): Promise<State[]> {
  const { rows } = await pool.query<{ state: State }>(
    'select state from sluice.query_events where query_id = $1 order by id',
    [id],
  )
  return rows.map(({ state }) => state)
}

/** Number of tickets that stand for a lane. */
export async function ticketsOf(pool: pg.Pool, lane: string): Promise<number> {
  const { rows } = await pool.query<{ tickets: number }>(
    `select count(*)::integer as tickets from graphile_worker.jobs where task_identifier = 'sluice:lane:' || $1`,
    [lane],
  )
  return rows[0]!.tickets
}

/** Removes the tickets of a lane, as if workers had taken them. */
export async function takeTickets(pool: pg.Pool, lane: string): Promise<void> {
  await pool.query(
    `select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs where task_identifier = 'sluice:lane:' || $1`,
    [lane],
  )
}
