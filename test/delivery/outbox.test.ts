import { expect, test } from 'vitest'
import { Networks } from '../../src/delivery/addresses.ts'
import { listDeliveries } from '../../src/delivery/deliveries.ts'
import { addWebhook, changeWebhook } from '../../src/delivery/manage.ts'
import type { DeliveryRecord, WebhookSettings } from '../../src/delivery/webhook.ts'
import type { QueryError } from '../../src/errors.ts'
import { cancel } from '../../src/queries/cancel.ts'
import { finishMany, type Outcome } from '../../src/queries/finish.ts'
import { giveBack } from '../../src/queries/giveBack.ts'
import { queryEvent } from '../../src/server/schemas/deliveries.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { addLane, addWorker, outcomeOf, submit, submitAndClaim } from '../helpers/runs.ts'
import { insertSchedule, tickAt } from '../helpers/schedules.ts'

const database = await createDatabase()
const { pool } = database
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const worker = await addWorker(pool)
const networks = new Networks([])
let added = 0

async function webhook(settings: WebhookSettings = {}): Promise<string> {
  added++
  const name = `w${added}`
  await addWebhook(pool, networks, 'default', name, { url: 'https://hooks.example/', ...settings })
  return name
}

const of = (query: string): Promise<DeliveryRecord[]> => listDeliveries(pool, { query_id: query }, 100)
const typesOf = async (query: string): Promise<string[]> => (await of(query)).map(({ type }) => type)

test('without a webhook nothing is written', async () => {
  const run = await submitAndClaim(pool, worker, await addLane(pool))
  await finishMany(pool, [outcomeOf(run, 'succeeded')])
  expect((await pool.query('select from sluice.deliveries')).rowCount).toBe(0)
})

/** Ways in which a query ends, each to the type of its event. */
const ends: [what: string, type: string, end: (lane: string) => Promise<string>][] = [
  [
    'a query that succeeds',
    'query.succeeded',
    async (lane) => {
      const run = await submitAndClaim(pool, worker, lane)
      await finishMany(pool, [outcomeOf(run, 'succeeded')])
      return run.queryId
    },
  ],
  [
    'a query that fails',
    'query.failed',
    async (lane) => {
      const run = await submitAndClaim(pool, worker, lane)
      await finishMany(pool, [outcomeOf(run, 'failed')])
      return run.queryId
    },
  ],
  [
    'a query that runs out of time',
    'query.timed_out',
    async (lane) => {
      const run = await submitAndClaim(pool, worker, lane)
      await finishMany(pool, [outcomeOf(run, 'timed_out')])
      return run.queryId
    },
  ],
  [
    'a query that is canceled while it waits',
    'query.canceled',
    async (lane) => {
      const id = await submit(pool, { lane })
      await cancel(pool, id)
      return id
    },
  ],
  [
    'a query that is canceled while it runs',
    'query.canceled',
    async (lane) => {
      const run = await submitAndClaim(pool, worker, lane)
      await cancel(pool, run.queryId)
      await finishMany(pool, [outcomeOf(run, 'succeeded')])
      return run.queryId
    },
  ],
  [
    'a query that is canceled and given back',
    'query.canceled',
    async (lane) => {
      const run = await submitAndClaim(pool, worker, lane)
      await cancel(pool, run.queryId)
      await giveBack(pool, run.queryId, run.token)
      return run.queryId
    },
  ],
  [
    'a query that waits too long',
    'query.timed_out',
    async (lane) => {
      const id = await submit(pool, { lane, queue_timeout_seconds: 1 })
      await pool.query(`update sluice.queue set queue_timeout_at = now() where query_id = $1`, [id])
      await pool.query('select sluice.time_out_queued()')
      return id
    },
  ],
  [
    'a query whose worker dies twice',
    'query.failed',
    async (lane) => {
      const dying = await addWorker(pool)
      const run = await submitAndClaim(pool, dying, lane)
      await pool.query('update sluice.queries set worker_losses = 1 where id = $1', [run.queryId])
      await pool.query(`update sluice.workers set heartbeat_at = now() - interval '1 hour' where id = $1`, [dying])
      await pool.query('select sluice.reap()')
      return run.queryId
    },
  ],
]

test.each(ends)('the end of %s is told as %s, once', async (_what, type, end) => {
  const lane = await addLane(pool)
  await webhook({ lanes: [lane] })
  const id = await end(lane)
  const [delivery, ...more] = await of(id)
  expect(more).toEqual([])
  expect(delivery).toMatchObject({ type, state: 'pending', attempts: [], query_id: id })
  expect(queryEvent.strict().parse(delivery!.payload)).toMatchObject({ type, data: { id, lane, schedule: null } })
})

test('an event is written with the end or not at all', async () => {
  const lane = await addLane(pool)
  await webhook({ lanes: [lane] })
  const id = await submit(pool, { lane })
  const client = await pool.connect()
  await client.query('begin')
  await client.query('select sluice.cancel($1)', [id])
  await client.query('rollback')
  client.release()
  expect(await of(id)).toEqual([])
})

test('what is told holds rows, error, labels and times, and no SQL or parameters', async () => {
  const lane = await addLane(pool)
  await webhook({ lanes: [lane] })
  const labels = { team: 'bi' }
  const id = await submit(pool, { lane, labels, sql: "select 'a secret', $1", params: ['another'] })
  await cancel(pool, id)
  const [delivery] = await of(id)
  expect(delivery!.payload).toMatchObject({
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    data: { labels, started_at: null, rows: null, error: null, links: { self: `/v1/queries/${id}` } },
  })
  expect(JSON.stringify(delivery!.payload)).not.toMatch(/secret|another/)
})

test('what is told of an error holds no values that PostgreSQL quotes, nor texts without end', async () => {
  const lane = await addLane(pool)
  await webhook({ lanes: [lane] })
  const toldOf = async (error: object): Promise<unknown> => {
    const run = await submitAndClaim(pool, worker, lane)
    const full = { code: 'sql_error', retryable: false, ...error } as QueryError
    await finishMany(pool, [{ ...outcomeOf(run, 'failed'), error: full } as Outcome])
    const [delivery] = await of(run.queryId)
    return (delivery!.payload as { data: { error: unknown } }).data.error
  }
  expect(
    await toldOf({ sqlstate: '22P02', message: 'invalid input syntax for type integer: "hunter"2"zz"', position: 13 }),
  ).toEqual({
    code: 'sql_error',
    retryable: false,
    sqlstate: '22P02',
    message: 'invalid input syntax for type integer: (hidden)',
    position: 13,
  })
  expect(await toldOf({ sqlstate: 'P0001', message: 'no »hunter2«\nat all', hint: "not 'hunter2'" })).toMatchObject({
    message: 'no (hidden)\nat all',
    hint: 'not (hidden)',
  })
  expect(
    await toldOf({ sqlstate: '22P02', message: `invalid: "${'hunter2'.repeat(30_000)}"`, hint: 'not "hunter2' }),
    'however long the value is, and without an end',
  ).toMatchObject({ message: 'invalid: (hidden)', hint: 'not (hidden)' })
  expect(
    await toldOf({ sqlstate: '42P01', message: 'relation "orders" does not exist', hint: 'x'.repeat(500_000) }),
  ).toMatchObject({ message: 'relation "orders" does not exist', hint: 'x'.repeat(2000) })
})

test('a webhook is told of the queries of its lanes, of those that name it, and of the events that it wants', async () => {
  const [mine, other] = [await addLane(pool), await addLane(pool)]
  const named = await webhook({ lanes: [] })
  await webhook({ lanes: [mine], events: ['query.failed'] })
  const canceled = async (fields: Parameters<typeof submit>[1]): Promise<string[]> => {
    const id = await submit(pool, fields)
    await cancel(pool, id)
    return (await of(id)).map((delivery) => delivery.webhook)
  }
  expect(await canceled({ lane: mine })).toEqual([])
  expect(await canceled({ lane: other })).toEqual([])
  expect(await canceled({ lane: other, webhooks: [named] })).toEqual([named])
})

test('a webhook without lanes is told of every lane; a disabled one of none', async () => {
  const every = await webhook({ events: ['query.canceled'] })
  const id = await submit(pool, { lane: await addLane(pool) })
  await cancel(pool, id)
  expect((await of(id)).map((delivery) => delivery.webhook)).toEqual([every])
  await changeWebhook(pool, networks, every, { enabled: false })
  const later = await submit(pool, { lane: await addLane(pool) })
  await cancel(pool, later)
  expect(await of(later)).toEqual([])
})

test('a submission that names a webhook which does not exist is refused', async () => {
  await expect(submit(pool, { webhooks: ['nowhere'] })).rejects.toMatchObject({ code: 'unknown_webhook' })
})

test('the queries of a schedule are told to the webhooks that it names, with its name and the nominal time', async () => {
  const named = await webhook({ lanes: [] })
  const name = await insertSchedule(pool, { webhooks: [named, 'gone'] }, '2026-01-01T00:00:00Z')
  await tickAt(database, '2026-01-01T00:01:00Z')
  const { rows } = await pool.query<{ query_id: string }>('select query_id from sluice.fires where schedule = $1', [
    name,
  ])
  await cancel(pool, rows[0]!.query_id)
  expect(await typesOf(rows[0]!.query_id)).toEqual(['query.canceled'])
  const [delivery] = await of(rows[0]!.query_id)
  expect(delivery!.payload).toMatchObject({ data: { schedule: name, fire_at: '2026-01-01T00:01:00.000Z' } })
})

test('another batch of ends tells each webhook of each query', async () => {
  const lane = await addLane(pool)
  const [first, second] = [await webhook({ lanes: [lane] }), await webhook({ lanes: [lane] })]
  const runs = [await submitAndClaim(pool, worker, lane), await submitAndClaim(pool, worker, lane)]
  await finishMany(pool, [outcomeOf(runs[0]!, 'succeeded'), outcomeOf(runs[1]!, 'failed')])
  for (const [i, type] of (['query.succeeded', 'query.failed'] as const).entries()) {
    const deliveries = await of(runs[i]!.queryId)
    expect(new Set(deliveries.map((delivery) => delivery.webhook))).toEqual(new Set([first, second]))
    expect(deliveries.map((delivery) => delivery.type)).toEqual([type, type])
  }
})
