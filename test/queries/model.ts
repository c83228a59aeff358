import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import type pg from 'pg'
import { cancel } from '../../src/queries/cancel.ts'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { giveBack } from '../../src/queries/giveBack.ts'
import { transitions, type State } from '../../src/queries/states.ts'
import { LeaseLost } from '../../src/results/store.ts'
import { storeChunk } from '../../src/results/storeChunk.ts'
import { addWorker, eventsOf, outcomeOf, submit } from '../helpers/runs.ts'

/** Which token a write of a run shows: that of the last claim, that of the claim before, or one of no claim. */
const token = fc.oneof({ weight: 4, arbitrary: fc.constant('last' as const) }, fc.constantFrom('earlier', 'unknown'))
const query = fc.nat({ max: 9 })
const worker = fc.nat({ max: 1 })

/** What can happen to queries. Numbers name queries and workers, modulo how many there are. */
export const actions = fc.oneof(
  fc.record({
    kind: fc.constant('submit' as const),
    priority: fc.integer({ min: 1, max: 9 }),
    source: fc.constantFrom('reads', 'writes'),
    late: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('claim' as const), worker, want: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant('finish' as const),
    query,
    token,
    state: fc.constantFrom('succeeded', 'failed', 'timed_out'),
  }),
  fc.record({ kind: fc.constant('store' as const), query, token }),
  fc.record({ kind: fc.constant('cancel' as const), query }),
  fc.record({ kind: fc.constant('give back' as const), query, token }),
  fc.record({ kind: fc.constant('time out queued' as const) }),
  fc.record({ kind: fc.constant('worker dies' as const), worker }),
)

type Action = typeof actions extends fc.Arbitrary<infer A> ? A : never

interface ModelQuery {
  id: string
  state: State
  priority: number
  order: number
  writes: boolean
  late: boolean
  /** Tokens of its claims, in order. */
  tokens: string[]
  /** Token in its row: that of the last claim, none while it waits. */
  lease: string | null
  expiresOn: string
  worker: number | undefined
  workerLosses: number
  interruptions: number
  /** Chunks that the present run has stored. */
  chunks: number
  events: State[]
}

const lane = 'default'
/** What the lane must have been given. */
export const laneConcurrency = 3
const unknownToken = '9000000000000000000'
const isRunning = ({ state }: ModelQuery): boolean => state === 'running' || state === 'canceling'

/** What should be in the database, beside the database: every action is applied to both. */
export class QueryModel {
  readonly #pool: pg.Pool
  readonly #queries: ModelQuery[] = []
  #workers: string[]

  private constructor(pool: pg.Pool, workers: string[]) {
    this.#pool = pool
    this.#workers = workers
  }

  /** A model of a database whose queries are removed. */
  static async create(pool: pg.Pool): Promise<QueryModel> {
    for (const table of ['queue', 'leases', 'queries', 'query_events', 'results', 'chunks', 'workers']) {
      await pool.query(`delete from sluice.${table}`)
    }
    return new QueryModel(pool, [await addWorker(pool), await addWorker(pool)])
  }

  /** Does it, and expects of the answer what the model says. */
  async apply(action: Action): Promise<void> {
    switch (action.kind) {
      case 'submit':
        return await this.#submit(action)
      case 'claim':
        return await this.#claim(action.worker, action.want)
      case 'time out queued':
        return await this.#timeOutQueued()
      case 'worker dies':
        return await this.#reap(action.worker)
    }
    const query = this.#queries[action.query % this.#queries.length]
    if (query === undefined) {
      assert.equal(await cancel(this.#pool, randomUUID()), null)
    } else if (action.kind === 'cancel') {
      if (query.state === 'queued') this.#move(query, 'canceled')
      else if (query.state === 'running') this.#move(query, 'canceling')
      assert.equal(await cancel(this.#pool, query.id), query.state)
    } else {
      const shown = { last: query.tokens.at(-1), earlier: query.tokens.at(-2), unknown: unknownToken }[action.token]
      const run = { queryId: query.id, token: shown ?? unknownToken }
      const holdsLease = isRunning(query) && run.token === query.tokens.at(-1)
      if (action.kind === 'finish') await this.#finish(query, run, action.state, holdsLease)
      else if (action.kind === 'store') await this.#store(query, run, holdsLease)
      else await this.#giveBack(query, run, holdsLease)
    }
  }

  async #submit({ priority, source, late }: { priority: number; source: string; late: boolean }): Promise<void> {
    const id = await submit(this.#pool, { lane, priority, source, ...(late ? { queue_timeout_seconds: 1 } : {}) })
    // Its time is over at once, rather than in a second.
    await this.#pool.query(
      `update sluice.queue set queue_timeout_at = now() - interval '1 second' where query_id = $1 and queue_timeout_at is not null`,
      [id],
    )
    this.#queries.push({
      id,
      state: 'queued',
      priority,
      order: this.#queries.length,
      writes: source === 'writes',
      late,
      tokens: [],
      lease: null,
      expiresOn: '',
      worker: undefined,
      workerLosses: 0,
      interruptions: 0,
      chunks: 0,
      events: ['queued'],
    })
  }

  async #claim(worker: number, want: number): Promise<void> {
    const room = laneConcurrency - this.#queries.filter(isRunning).length
    const next = this.#queries
      .filter(({ state }) => state === 'queued')
      .sort((a, b) => a.priority - b.priority || a.order - b.order)
      .slice(0, Math.min(want, room))
    const claims = await claim(this.#pool, this.#workers[worker]!, lane, want, false)
    assert.deepEqual(
      claims.map(({ queryId, attempt }) => [queryId, attempt]),
      next.map(({ id, tokens }) => [id, tokens.length + 1]),
    )
    next.forEach((query, i) => {
      this.#move(query, 'running')
      query.lease = claims[i]!.token
      query.tokens.push(query.lease)
      query.expiresOn = claims[i]!.expiresOn
      query.worker = worker
    })
  }

  async #finish(
    query: ModelQuery,
    run: { queryId: string; token: string },
    state: 'succeeded' | 'failed' | 'timed_out',
    holdsLease: boolean,
  ): Promise<void> {
    const { expiresOn, chunks } = query
    const reached = await finishMany(this.#pool, [
      outcomeOf(run, state, {
        expiresOn: expiresOn || '2100-01-01',
        chunks,
        rows: chunks,
        rawBytes: 5 * chunks,
        storedBytes: 5 * chunks,
      }),
    ])
    if (holdsLease) this.#end(query, state)
    assert.deepEqual(reached, [holdsLease ? query.state : null])
  }

  async #store(query: ModelQuery, run: { queryId: string; token: string }, holdsLease: boolean): Promise<void> {
    const { chunks } = query
    const stored = storeChunk(
      this.#pool,
      { ...run, expiresOn: query.expiresOn || '2100-01-01' },
      [],
      Buffer.from('schema'),
      { n: chunks, firstRow: chunks, rows: 1, rawBytes: 5, checksum: 0, frame: Buffer.from('chunk') },
    )
    if (holdsLease) {
      await stored
      query.chunks++
    } else {
      await assert.rejects(stored, LeaseLost)
    }
  }

  async #giveBack(query: ModelQuery, run: { queryId: string; token: string }, holdsLease: boolean): Promise<void> {
    const reached = await giveBack(this.#pool, run.queryId, run.token)
    if (holdsLease) this.#requeue(query, 'interruptions')
    assert.equal(reached, holdsLease ? query.state : null)
  }

  async #timeOutQueued(): Promise<void> {
    const late = this.#queries.filter((query) => query.state === 'queued' && query.late && query.tokens.length === 0)
    for (const query of late) this.#move(query, 'timed_out')
    const { rows } = await this.#pool.query('select sluice.time_out_queued() as ended')
    assert.deepEqual(rows, [{ ended: late.length }])
  }

  async #reap(worker: number): Promise<void> {
    const dead = this.#workers[worker]!
    const lost = this.#queries.filter((query) => isRunning(query) && query.worker === worker)
    const before = lost.map(({ state }) => state)
    for (const query of lost) {
      if (query.writes || query.workerLosses > 0) this.#end(query, 'failed')
      else this.#requeue(query, 'workerLosses')
    }
    await this.#pool.query(`update sluice.workers set heartbeat_at = now() - interval '1 hour' where id = $1`, [dead])
    // Those that are being canceled wait until their sessions are gone at the source.
    const canceling = before.filter((state) => state === 'canceling').length
    const { rows } = await this.#pool.query('select sluice.reap() as reaped')
    assert.deepEqual(rows, [{ reaped: lost.length - canceling }])
    await this.#pool.query('delete from sluice.orphans')
    const { rows: again } = await this.#pool.query('select sluice.reap() as reaped')
    assert.deepEqual(again, [{ reaped: canceling }])
    assert.deepEqual(await claim(this.#pool, dead, lane, 1, false), [])
    this.#workers = this.#workers.with(worker, await addWorker(this.#pool))
  }

  /** The end of a run, or canceled if a cancel came first. */
  #end(query: ModelQuery, state: 'succeeded' | 'failed' | 'timed_out'): void {
    const canceled = query.state === 'canceling'
    this.#move(query, canceled ? 'canceled' : state)
    if (canceled || state !== 'succeeded') query.chunks = 0
  }

  #requeue(query: ModelQuery, counter: 'interruptions' | 'workerLosses'): void {
    const canceled = query.state === 'canceling'
    this.#move(query, canceled ? 'canceled' : 'queued')
    if (!canceled) {
      query[counter]++
      query.lease = null
    }
    query.chunks = 0
  }

  #move(query: ModelQuery, to: State): void {
    if (!transitions[query.state].includes(to))
      throw new Error(`The model itself leaves the graph: ${query.state} → ${to}`)
    query.state = to
    query.events.push(to)
  }

  /** Every query has the state, the token and the counters that it should have. */
  async compareStates(): Promise<void> {
    const { rows } = await this.#pool.query<{ id: string }>(
      `select id, state, attempt, lease_token, worker_losses, interruptions from sluice.queries order by queue_order`,
    )
    assert.deepEqual(
      rows,
      this.#queries.map((query) => ({
        id: query.id,
        state: query.state,
        attempt: query.tokens.length,
        lease_token: query.lease,
        worker_losses: query.workerLosses,
        interruptions: query.interruptions,
      })),
    )
  }

  /** What must hold at any moment, of the tables beside sluice.queries. */
  async checkInvariants(): Promise<void> {
    await this.#expectIds('queue', ({ state }) => state === 'queued')
    await this.#expectIds('leases', isRunning)
    await this.#expectIds('leases join sluice.queries on id = query_id and lease_token = token', isRunning)
    await this.#expectIds('results where complete', ({ state }) => state === 'succeeded')
    await this.#expectIds('results where not complete', (query) => isRunning(query) && query.chunks > 0)
    const { rows: stored } = await this.#pool.query<{ id: string; token: string; chunks: number }>(
      'select query_id as id, token, count(*)::integer as chunks from sluice.chunks group by query_id, token',
    )
    const kept = this.#queries.filter(({ chunks }) => chunks > 0)
    assert.deepEqual(
      stored.sort(byId),
      kept.map(({ id, tokens, chunks }) => ({ id, token: tokens.at(-1), chunks })).sort(byId),
    )
    for (const { id, events } of this.#queries) assert.deepEqual(await eventsOf(this.#pool, id), events)
  }

  async #expectIds(rowsOf: string, wanted: (query: ModelQuery) => boolean): Promise<void> {
    const { rows } = await this.#pool.query<{ id: string }>(`select query_id as id from sluice.${rowsOf}`)
    assert.deepEqual(
      rows.sort(byId),
      this.#queries
        .filter(wanted)
        .map(({ id }) => ({ id }))
        .sort(byId),
      `sluice.${rowsOf}`,
    )
  }
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1
}
