/** What can happen to one query at the same time, and the situations in which it can happen. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { cancel } from '../../src/queries/cancel.ts'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { giveBack } from '../../src/queries/giveBack.ts'
import { submitMany } from '../../src/queries/submit.ts'
import { heartbeat, markDraining } from '../../src/queries/workers.ts'
import { storeChunk } from '../../src/results/storeChunk.ts'
import { addWorker, outcomeOf, submit } from '../helpers/runs.ts'
import type { Transaction } from './interleave.ts'

/** One query with its workers. */
export interface World {
  queryId: string
  /** The worker that holds it, if one does. */
  holder: string
  /** A worker that has nothing. */
  other: string
  /** Token of the lease, 0 without one. */
  token: string
  expiresOn: string
}

/** Situations in which transactions begin. */
export const situations = [
  'queued',
  'queued for too long',
  'running',
  'running on a silent worker',
  'canceling',
  'canceling on a silent worker',
] as const

export type Situation = (typeof situations)[number]

const lane = 'default'
const key = 'interleaved'

/** Makes a situation in an empty control database. */
export async function makeWorld(pool: pg.Pool, situation: Situation): Promise<World> {
  const tables = ['queue', 'leases', 'queries', 'query_events', 'results', 'workers', 'idempotency_keys']
  await pool.query(tables.map((table) => `delete from sluice.${table}`).join(';'))
  const [holder, other] = [await addWorker(pool), await addWorker(pool)]
  const queryId = await submit(pool, { lane, queue_timeout_seconds: situation === 'queued for too long' ? 1 : 3600 })
  const world: World = { queryId, holder, other, token: '0', expiresOn: '2100-01-01' }
  if (situation === 'queued for too long') {
    await pool.query(`update sluice.queue set queue_timeout_at = now() - interval '1 second'`)
  }
  if (situation.startsWith('queued')) return world
  const [claimed] = await claim(pool, holder, lane, 1, false)
  world.token = claimed!.token
  world.expiresOn = claimed!.expiresOn
  await pool.query(`delete from sluice.chunks where expires_on = '${world.expiresOn}'`)
  if (situation.startsWith('canceling')) await cancel(pool, queryId)
  if (situation.endsWith('silent worker')) {
    await pool.query(`update sluice.workers set heartbeat_at = now() - interval '1 hour' where id = $1`, [holder])
  }
  return world
}

const run = ({ queryId, token }: World): { queryId: string; token: string } => ({ queryId, token })

const claimAs = (who: 'holder' | 'other'): Transaction<World> => ({
  name: `claim by the ${who}`,
  run: async (connection, world) => (await claim(connection, world[who], lane, 1, false)).map(({ attempt }) => attempt),
})

/** Something that a process may do to the query. */
export interface Operation extends Transaction<World> {
  /** Done by the run itself, which does one thing at a time; it may try the same again, though. */
  ofTheRun?: true
}

/** Everything that may be done to the query. */
export const operations: readonly Operation[] = [
  claimAs('holder'),
  claimAs('other'),
  { name: 'cancel', run: (connection, { queryId }) => cancel(connection, queryId) },
  {
    name: 'finish as succeeded',
    ofTheRun: true,
    run: (connection, world) =>
      finishMany(connection, [outcomeOf(run(world), 'succeeded', { expiresOn: world.expiresOn })]),
  },
  {
    name: 'finish as failed',
    ofTheRun: true,
    run: (connection, world) => finishMany(connection, [outcomeOf(run(world), 'failed')]),
  },
  {
    name: 'store a chunk',
    ofTheRun: true,
    run: async (connection, world) => {
      const chunk = { n: 0, firstRow: 0, rows: 1, rawBytes: 5, checksum: 0x9506712e, frame: Buffer.from('chunk') }
      await storeChunk(connection, { ...run(world), expiresOn: world.expiresOn }, [], Buffer.from('schema'), chunk)
      return 'stored'
    },
  },
  { name: 'give back', ofTheRun: true, run: (connection, { queryId, token }) => giveBack(connection, queryId, token) },
  {
    name: 'reap',
    // How many it took away is for the log; what became of them is compared.
    run: async (connection) => void (await connection.query('select sluice.reap()')),
  },
  {
    name: 'time out what waits',
    run: async (connection) => (await connection.query('select sluice.time_out_queued() as ended')).rows,
  },
  {
    name: 'heartbeat of the holder',
    run: (connection, { holder }) => heartbeat(connection, holder, { rssBytes: 1 }),
  },
  { name: 'drain the other worker', run: (connection, { other }) => markDraining(connection, other, 'told to stop') },
  {
    name: 'submit under one key',
    run: async (connection) => {
      const submission = {
        id: randomUUID(),
        tenant: 'default',
        sql: 'select 2',
        idempotency_key: key,
        request_hash: '',
      }
      const [answer] = await submitMany(connection, [submission])
      return 'queryId' in answer! ? 'accepted' : answer!.error.code
    },
  },
]

/** What the database holds after it, without what differs from run to run. */
export async function endOf(pool: pg.Pool, world: World): Promise<unknown> {
  const { rows } = await pool.query(
    `select
       (select jsonb_agg(jsonb_build_array(
          case when id = $1 then 'the query' else 'another' end, state, attempt, interruptions, worker_losses, error ->> 'code',
          lease_token is not null, lease_token = $2,
          case worker_id when $3 then 'holder' when $4 then 'other' end,
          cancel_requested_at is not null,
          (select jsonb_agg(jsonb_build_array(state, reason) order by id) from sluice.query_events where query_id = queries.id)
        ) order by id <> $1, id) from sluice.queries) as queries,
       (select jsonb_agg(query_id = $1 order by query_id = $1) from sluice.queue) as waiting,
       (select jsonb_agg(jsonb_build_array(query_id = $1, worker_id = $3, token = $2) order by query_id = $1) from sluice.leases)
         as leases,
       (select jsonb_agg(jsonb_build_array(query_id = $1, token = $2, complete, chunks)) from sluice.results) as results,
       (select count(*)::integer from sluice.chunks where expires_on = '${world.expiresOn}') as chunks,
       (select jsonb_agg(jsonb_build_array(id = $3, stopped_at is not null, draining) order by id = $3) from sluice.workers) as workers`,
    [world.queryId, world.token, world.holder, world.other],
  )
  return rows[0]
}
