import { beforeEach, expect, test } from 'vitest'
import { Networks } from '../../src/delivery/addresses.ts'
import { addRule, changeRule, getRule, listAlerts, listRules, removeRule } from '../../src/delivery/alerts.ts'
import { listDeliveries } from '../../src/delivery/deliveries.ts'
import { addWebhook, removeWebhook } from '../../src/delivery/manage.ts'
import { alertEvent } from '../../src/server/schemas/deliveries.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { addLane, addWorker, submit } from '../helpers/runs.ts'
import { insertSchedule } from '../helpers/schedules.ts'

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
    ['beat', 'beat_age_seconds', 'above', 30, 0, 300],
    ['broken-schedules', 'broken_schedules', 'above', 0, 0, 300],
    ['corrupt-chunks', 'corrupt_chunks', 'above', 0, 0, 3600],
    ['failed-fires', 'failed_fires', 'above', 0, 0, 3600],
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
    ['alert.resolved', 'deep', lane, 0],
  ])
  const payloads = (await listDeliveries(pool, { webhook: 'pager' }, 10)).map(({ payload }) => payload)
  expect(payloads.map((payload) => alertEvent.strict().parse(payload).data)).toMatchObject([
    { rule: 'deep', measure: 'queue_depth', threshold: 1, resolved_at: new Date(start + 80_000).toISOString() },
    { rule: 'deep', resolved_at: null },
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
  expect((await told()).at(-1)).toEqual(['alert.resolved', 'workers', '', 2])
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
  await expect(removeWebhook(pool, 'named')).rejects.toMatchObject({
    code: 'webhook_in_use',
    message: expect.stringContaining('alert rule to-one'),
  })
  await changeRule(pool, 'to-one', { webhooks: null })
  await removeWebhook(pool, 'named')
  await removeWebhook(pool, 'lane')
  await expect(addRule(pool, 'lost', { measure: 'workers', threshold: 1, webhooks: ['named'] })).rejects.toMatchObject({
    code: 'unknown_webhook',
  })
})

test('what concerns every lane is told to webhooks of some lanes too, but not to those of none', async () => {
  const lane = await addLane(pool)
  for (const [name, lanes] of [
    ['of-a-lane', [lane]],
    ['of-none', []],
  ] as const) {
    await addWebhook(pool, new Networks([]), 'default', name, { url: 'https://pager.example/', lanes: [...lanes] })
  }
  await addRule(pool, 'disk', { measure: 'storage_bytes', threshold: 1 })
  await evaluate(0)
  expect((await told('of-a-lane')).map(([, rule]) => rule)).toEqual(['disk'])
  expect(await told('of-none')).toEqual([])
  await removeWebhook(pool, 'of-a-lane')
  await removeWebhook(pool, 'of-none')
})

test('removing a rule resolves what it raised, and tells, from psql as well', async () => {
  await addRule(pool, 'short-lived', { measure: 'storage_bytes', threshold: 1 })
  await evaluate(0)
  await removeRule(pool, 'short-lived')
  await addRule(pool, 'short-lived', { measure: 'storage_bytes', threshold: 1 })
  await evaluate(10)
  await pool.query(`delete from sluice.alert_rules where name = 'short-lived'`)
  expect((await told()).map(([type]) => type)).toEqual([
    'alert.firing',
    'alert.resolved',
    'alert.firing',
    'alert.resolved',
  ])
})

test('an alert keeps the condition under which it fired, whatever becomes of its rule', async () => {
  await addRule(pool, 'moved', { measure: 'storage_bytes', threshold: 1 })
  await evaluate(0)
  await changeRule(pool, 'moved', { measure: 'workers', comparison: 'above', threshold: 1000 })
  await evaluate(10)
  expect(await listAlerts(pool, 'resolved', 10)).toMatchObject([
    { rule: 'moved', measure: 'storage_bytes', comparison: 'above', threshold: 1 },
  ])
})

test('a threshold is a number that JSON can hold, from psql as well', async () => {
  for (const threshold of ['NaN', 'Infinity', '-Infinity']) {
    await expect(pool.query('update sluice.alert_rules set threshold = $1', [threshold])).rejects.toMatchObject({
      constraint: 'alert_rules_threshold_finite',
    })
  }
})

test.each([
  ['a failure rate in percent', { measure: 'failure_rate', threshold: 5 }, /0\.05 for 5 %/],
  ['a failure rate above all', { measure: 'failure_rate', threshold: 1 }, /never fire/],
  ['a number below none', { measure: 'queue_depth', comparison: 'below', threshold: 0 }, /never fire/],
  ['the workers of a lane', { measure: 'workers', subject: 'default', threshold: 1 }, /leave subject out/],
  ['a store that is none', { measure: 'store_latency_seconds', subject: 'disk', threshold: 1 }, /postgresql or s3/],
] as const)('a rule that could never fire is refused: %s', async (_what, settings, message) => {
  await expect(addRule(pool, 'idle', settings)).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringMatching(message),
  })
})

test('a rule of a lane that does not exist is refused, also when a change makes it so', async () => {
  const rule = { measure: 'queue_depth', subject: 'nolane', threshold: 1 } as const
  await expect(addRule(pool, 'idle', rule)).rejects.toMatchObject({ code: 'unknown_lane' })
  await addRule(pool, 'changing', { measure: 'queue_depth', subject: 'default', threshold: 7 })
  await expect(changeRule(pool, 'changing', { subject: 'nolane' })).rejects.toMatchObject({ code: 'unknown_lane' })
  await expect(changeRule(pool, 'changing', { measure: 'workers' })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(
    changeRule(pool, 'changing', { measure: 'failure_rate', subject: null }),
    'its threshold is that of a depth',
  ).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await getRule(pool, 'changing')).toMatchObject({ measure: 'queue_depth', subject: 'default', threshold: 7 })
})

test('a beat whose ticks fail raises an alert, by a shipped rule, until it ticks again', async () => {
  await changeRule(pool, 'beat', { enabled: true })
  expect(await evaluate(0), 'it has never ticked').toBe(0)
  await pool.query('update sluice.beat set ticked_at = $1', [new Date(start)])
  expect(await evaluate(30)).toBe(0)
  expect(await evaluate(31)).toBe(1)
  expect(await told()).toEqual([['alert.firing', 'beat', '', 31]])
  await pool.query('update sluice.beat set ticked_at = $1', [new Date(start + 40_000)])
  expect(await evaluate(41)).toBe(1)
  await pool.query('update sluice.beat set ticked_at = null')
})

test('fires that are refused or fail, and schedules that cannot fire, raise an alert each', async () => {
  await changeRule(pool, 'failed-fires', { enabled: true })
  await changeRule(pool, 'broken-schedules', { enabled: true })
  const [refused, failing, fine, broken] = [
    await insertSchedule(pool),
    await insertSchedule(pool),
    await insertSchedule(pool),
    await insertSchedule(pool),
  ] as const
  const at = new Date(start)
  await pool.query(
    `insert into sluice.fires (schedule, fire_at, outcome, decided_at, code) values ($1, $2, 'refused', $2, 'unknown_lane')`,
    [refused, at],
  )
  for (const [schedule, state] of [
    [failing, 'timed_out'],
    [fine, 'succeeded'],
  ]) {
    await pool.query(
      `insert into sluice.fires (schedule, fire_at, outcome, query_id, query_state, finished_at)
       values ($1, $2, 'submitted', sluice.uuid_v7(), $3, $2)`,
      [schedule, at, state],
    )
  }
  await pool.query(`update sluice.schedules set problem = 'cannot be read' where name = $1`, [broken])
  expect(await evaluate(1)).toBe(3)
  expect((await told()).toSorted((a, b) => a[2].localeCompare(b[2]))).toEqual(
    [
      ['alert.firing', 'failed-fires', refused, 1],
      ['alert.firing', 'failed-fires', failing, 1],
      ['alert.firing', 'broken-schedules', broken, 1],
    ].toSorted((a, b) => String(a[2]).localeCompare(String(b[2]))),
  )
  expect(await evaluate(3601), 'an hour later only the broken one is').toBe(2)
  await pool.query('delete from sluice.schedules')
  expect(await evaluate(3602)).toBe(1)
})
