import { beforeEach, expect, test } from 'vitest'
import { Networks } from '../../src/delivery/addresses.ts'
import { addRule, changeRule, listAlerts, listRules } from '../../src/delivery/alerts.ts'
import { listDeliveries } from '../../src/delivery/deliveries.ts'
import { addWebhook, removeWebhook } from '../../src/delivery/manage.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { addLane, addWorker, submit } from '../helpers/runs.ts'

const { pool } = await createDatabase()
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
await addWebhook(pool, new Networks([]), 'default', 'pager', {
  url: 'https://pager.example/',
  events: ['alert.firing', 'alert.resolved'],
})
const start = Date.UTC(2026, 0, 1)

/** Looks at the rules, so many seconds after the start of the test; how many alerts changed. */
async function evaluate(seconds: number): Promise<number> {
  const { rows } = await pool.query<{ changes: number }>('select sluice.evaluate_alerts($1) as changes', [
    new Date(start + seconds * 1000),
  ])
  return rows[0]!.changes
}

/** Type, subject and value of what the webhook was told, oldest first. */
async function told(webhook = 'pager'): Promise<[type: string, rule: string, subject: string, value: number][]> {
  const deliveries = await listDeliveries(pool, { webhook }, 100)
  return deliveries
    .map(({ payload }) => payload as { type: string; data: { rule: string; subject: string; value: number } })
    .map(({ type, data }): [string, string, string, number] => [type, data.rule, data.subject, data.value])
    .reverse()
}

beforeEach(async () => {
  await pool.query(
    'delete from sluice.alerts; delete from sluice.deliveries; update sluice.alert_rules set enabled = false',
  )
})

test('the shipped rules are those that operators are told to have', async () => {
  expect(
    (await listRules(pool)).map(({ name, measure, comparison, threshold, for_seconds, window_seconds }) => [
      name,
      measure,
      comparison,
      threshold,
      for_seconds,
      window_seconds,
    ]),
  ).toEqual([
    ['corrupt-chunks', 'corrupt_chunks', 'above', 0, 0, 3600],
    ['failure-rate', 'failure_rate', 'above', 0.05, 0, 300],
    ['queue-depth', 'queue_depth', 'above', 500, 600, 300],
    ['store-latency', 'store_latency_seconds', 'above', 1, 60, 300],
    ['workers', 'workers', 'below', 1, 300, 300],
  ])
})

test('an alert is pending, fires once after its time, and is resolved once', async () => {
  const lane = await addLane(pool)
  await addRule(pool, 'deep', { measure: 'queue_depth', subject: lane, threshold: 1, for_seconds: 60 })
  for (let i = 0; i < 2; i++) await submit(pool, { lane })
  expect(await evaluate(0)).toBe(0)
  expect(await listAlerts(pool, undefined, 10)).toMatchObject([
    { rule: 'deep', subject: lane, state: 'pending', value: 2 },
  ])
  expect(await evaluate(59)).toBe(0)
  expect(await told()).toEqual([])
  expect(await evaluate(60)).toBe(1)
  expect(await evaluate(70)).toBe(0)
  expect(await listAlerts(pool, 'firing', 10)).toMatchObject([
    { state: 'firing', started_at: new Date(start), fired_at: new Date(start + 60_000), resolved_at: null },
  ])
  await pool.query('delete from sluice.queue where lane = $1', [lane])
  expect(await evaluate(80)).toBe(1)
  expect(await evaluate(90)).toBe(0)
  expect(await listAlerts(pool, 'resolved', 10)).toMatchObject([
    { state: 'resolved', resolved_at: new Date(start + 80_000) },
  ])
  expect(await told()).toEqual([
    ['alert.firing', 'deep', lane, 2],
    ['alert.resolved', 'deep', lane, 2],
  ])
})

test('what ends before its time is no alert, and starts anew when it comes back', async () => {
  const lane = await addLane(pool)
  await addRule(pool, 'brief', { measure: 'queue_depth', subject: lane, threshold: 0, for_seconds: 60 })
  await submit(pool, { lane })
  await evaluate(0)
  await pool.query('delete from sluice.queue where lane = $1', [lane])
  await evaluate(30)
  expect(await listAlerts(pool, undefined, 10)).toEqual([])
  await submit(pool, { lane })
  await evaluate(40)
  expect(await evaluate(99)).toBe(0)
  expect(await evaluate(100)).toBe(1)
})

test('however many evaluate at the same moment, an alert fires once', async () => {
  const lane = await addLane(pool)
  await addRule(pool, 'many', { measure: 'queue_depth', subject: lane, threshold: 0 })
  await submit(pool, { lane })
  const changes = await Promise.all(Array.from({ length: 8 }, () => evaluate(0)))
  expect(changes.reduce((sum, n) => sum + n)).toBe(1)
  expect(await told()).toHaveLength(1)
})

test('each lane has an alert of its own; disabling the rule resolves them', async () => {
  const lanes = [await addLane(pool), await addLane(pool)].toSorted()
  await addRule(pool, 'each', { measure: 'queue_depth', threshold: 4 })
  for (const lane of lanes) for (let i = 0; i < 5; i++) await submit(pool, { lane })
  expect(await evaluate(0)).toBe(2)
  expect((await listAlerts(pool, 'firing', 10)).map(({ subject }) => subject).toSorted()).toEqual(lanes)
  await changeRule(pool, 'each', { enabled: false })
  expect(await evaluate(10)).toBe(2)
  expect(await listAlerts(pool, 'firing', 10)).toEqual([])
})

test('fewer workers than expected raise an alert, until there are enough', async () => {
  await changeRule(pool, 'workers', { enabled: true, threshold: 2 })
  await addWorker(pool)
  await evaluate(0)
  expect(await evaluate(300)).toBe(1)
  expect(await told()).toEqual([['alert.firing', 'workers', '', 1]])
  await addWorker(pool)
  expect(await evaluate(310)).toBe(1)
  expect((await told()).at(-1)).toEqual(['alert.resolved', 'workers', '', 1])
})

test('a slow store raises an alert after a minute', async () => {
  await changeRule(pool, 'store-latency', { enabled: true })
  expect(await evaluate(0), 'nothing was measured yet').toBe(0)
  await pool.query('update sluice.beat set store_latency_seconds = 1.5')
  await evaluate(0)
  expect(await evaluate(60)).toBe(1)
  expect(await told()).toEqual([['alert.firing', 'store-latency', 'postgresql', 1.5]])
  await pool.query('update sluice.beat set store_latency_seconds = null')
  await evaluate(70)

  const worker = await addWorker(pool)
  await pool.query(`update sluice.workers set stats = '{"s3_latency_seconds": 2.5}' where id = $1`, [worker])
  await evaluate(80)
  expect(await evaluate(140)).toBe(1)
  expect((await told()).at(-1)).toEqual(['alert.firing', 'store-latency', 's3', 2.5])
  await pool.query('update sluice.workers set stopped_at = now() where id = $1', [worker])
  expect(await evaluate(150)).toBe(1)
})

test('failures raise an alert when there are enough queries to judge by, within the window', async () => {
  await changeRule(pool, 'failure-rate', { enabled: true })
  const counted = async (
    lane: string,
    minute: number,
    succeeded: number,
    failed: number,
    timedOut = 0,
  ): Promise<void> => {
    await pool.query(
      `insert into sluice.statistics_minutes
         (minute, lane, submitted, claimed, succeeded, failed, canceled, timed_out, rows, raw_bytes, wait_ms, run_ms, waits, runs)
       values ($1, $2, 0, 0, $3, $4, 0, $5, 0, 0, 0, 0, '{}', '{}')`,
      [new Date(start + minute * 60_000), lane, succeeded, failed, timedOut],
    )
  }
  await counted('fine', 0, 95, 5)
  await counted('broken', 0, 9, 1)
  await counted('late', 1, 90, 0, 10)
  await counted('few', 0, 1, 8)
  expect(await evaluate(120)).toBe(2)
  expect((await told()).toSorted((a, b) => a[2].localeCompare(b[2]))).toEqual([
    ['alert.firing', 'failure-rate', 'broken', 0.1],
    ['alert.firing', 'failure-rate', 'late', 0.1],
  ])
  expect(await evaluate(301)).toBe(1)
  expect((await told()).at(-1)).toEqual(['alert.resolved', 'failure-rate', 'broken', 0.1])
})

test('the size of the database and the oldest wait can be watched', async () => {
  const lane = await addLane(pool)
  await submit(pool, { lane })
  await pool.query(`update sluice.queries set submitted_at = now() - interval '10 minutes' where lane = $1`, [lane])
  await addRule(pool, 'large', { measure: 'storage_bytes', threshold: 1000 })
  await addRule(pool, 'waits', { measure: 'oldest_wait_seconds', subject: lane, threshold: 300 })
  expect(await evaluate(0)).toBe(2)
  expect((await told()).map(([, rule]) => rule).toSorted()).toEqual(['large', 'waits'])
})

test('a chunk that a reader found damaged raises an alert, by a shipped rule', async () => {
  await changeRule(pool, 'corrupt-chunks', { enabled: true })
  expect(await evaluate(0)).toBe(0)
  await pool.query(
    `insert into sluice.corrupt_chunks (query_id, n, last_seen_at, reason) values (sluice.uuid_v7(), 3, $1, 'is missing')`,
    [new Date(start)],
  )
  expect(await evaluate(1)).toBe(1)
  expect(await told()).toEqual([['alert.firing', 'corrupt-chunks', '', 1]])
  expect(await evaluate(3599)).toBe(0)
  expect(await evaluate(3601)).toBe(1)
  expect((await told()).map(([type, rule]) => [type, rule]).at(-1)).toEqual(['alert.resolved', 'corrupt-chunks'])
})

test('a rule that names webhooks tells these alone; one for some lanes is told of alerts of these', async () => {
  const [lane, other] = [await addLane(pool), await addLane(pool)]
  const add = (name: string, lanes: string[] | null): Promise<unknown> =>
    addWebhook(pool, new Networks([]), 'default', name, { url: 'https://pager.example/', lanes })
  await add('named', [])
  await add('lane', [lane])
  await addRule(pool, 'to-one', { measure: 'queue_depth', subject: other, threshold: 0, webhooks: ['named'] })
  await addRule(pool, 'to-all', { measure: 'queue_depth', subject: lane, threshold: 0 })
  await submit(pool, { lane })
  await submit(pool, { lane: other })
  await evaluate(0)
  const rules = async (webhook: string): Promise<string[]> => (await told(webhook)).map(([, rule]) => rule)
  expect(await rules('named')).toEqual(['to-one'])
  expect(await rules('lane')).toEqual(['to-all'])
  expect(await rules('pager')).toEqual(['to-all'])
  await removeWebhook(pool, 'named')
  await removeWebhook(pool, 'lane')
  await expect(addRule(pool, 'lost', { measure: 'workers', threshold: 1, webhooks: ['named'] })).rejects.toMatchObject({
    code: 'unknown_webhook',
  })
})
