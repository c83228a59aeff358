import { Webhook } from 'standardwebhooks'
import { afterEach, expect, test } from 'vitest'
import { runCourier } from '../../src/cron/courier.ts'
import { Networks } from '../../src/delivery/addresses.ts'
import { listDeliveries, redeliver, redeliverFailed, takeDue } from '../../src/delivery/deliveries.ts'
import { addWebhook, changeSecret, changeWebhook, getWebhook, testWebhook } from '../../src/delivery/manage.ts'
import { Poster } from '../../src/delivery/post.ts'
import type { DeliveryRecord } from '../../src/delivery/webhook.ts'
import { createLogger } from '../../src/log.ts'
import { cancel } from '../../src/queries/cancel.ts'
import { addSource } from '../../src/sources/manage.ts'
import { testConfig } from '../helpers/config.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startReceiver, type Receiver } from '../helpers/receiver.ts'
import { addLane, submit } from '../helpers/runs.ts'

const { pool, url } = await createDatabase()
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const networks = new Networks(['127.0.0.0/8'])
const logger = createLogger(testConfig({ DATABASE_URL: url }), 'test courier')

/** Sends what is due until the test ends, looking whenever it is told to. */
function startCourier(timeoutMs = 2_000): AsyncDisposable & { look(): void } {
  const stop = new AbortController()
  const poster = new Poster(networks, { timeoutMs })
  let look = (): void => undefined
  const running = runCourier(
    { pool, poster, logger },
    { signal: stop.signal, onDelivery: (listener) => (look = listener) },
  )
  return {
    look: () => look(),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
      poster.close()
    },
  }
}

// What is left of one test would be due in the next.
afterEach(() => pool.query('delete from sluice.webhooks'))

let added = 0
async function addHook(receiver: Receiver): Promise<{ name: string; secret: string; end(): Promise<string> }> {
  added++
  const [name, lane] = [`w${added}`, await addLane(pool)]
  const { secret } = await addWebhook(pool, networks, 'default', name, { url: receiver.url, lanes: [lane] })
  return {
    name,
    secret,
    /** Ends a query that the webhook is told of. */
    async end() {
      const id = await submit(pool, { lane })
      await cancel(pool, id)
      return id
    },
  }
}

const of = (webhook: string): Promise<DeliveryRecord[]> => listDeliveries(pool, { webhook }, 100)

/** As if the time for the next attempt had come. */
async function makeDue(webhook: string): Promise<void> {
  await pool.query(`update sluice.webhooks set not_before = null where name = $1`, [webhook])
  await pool.query(`update sluice.deliveries set next_attempt_at = now() where webhook = $1 and state = 'pending'`, [
    webhook,
  ])
}

test('an event arrives signed, and is noted as delivered', async () => {
  await using receiver = await startReceiver()
  await using courier = startCourier()
  const hook = await addHook(receiver)
  const id = await hook.end()
  courier.look()
  const [got] = await eventually(() => {
    expect(receiver.received).toHaveLength(1)
    return receiver.received
  })
  expect(new Webhook(hook.secret).verify(got!.body, got!.headers)).toMatchObject({
    type: 'query.canceled',
    data: { id },
  })
  const [delivery] = await eventually(async () => {
    const deliveries = await of(hook.name)
    expect(deliveries).toMatchObject([{ state: 'delivered', next_attempt_at: null }])
    return deliveries
  })
  expect(got!.headers['webhook-id']).toBe(`msg_${delivery!.id}`)
  expect(delivery!.attempts).toMatchObject([{ status: 204, error: null }])
  expect((await getWebhook(pool, hook.name)).last_success_at).not.toBeNull()
})

test('a failed attempt is made again, with the same id, a new time and a new signature', async () => {
  await using receiver = await startReceiver()
  receiver.answer = 500
  await using courier = startCourier()
  const hook = await addHook(receiver)
  await hook.end()
  courier.look()
  const [delivery] = await eventually(async () => {
    const deliveries = await of(hook.name)
    expect(deliveries).toMatchObject([{ state: 'pending', attempts: [{ status: 500, error: 'status 500' }] }])
    return deliveries
  })
  const waits = delivery!.next_attempt_at!.getTime() - Date.now()
  expect(waits).toBeGreaterThan(0)
  expect(waits).toBeLessThan(6_000)
  expect((await getWebhook(pool, hook.name)).failing_since).not.toBeNull()

  receiver.answer = 200
  await makeDue(hook.name)
  courier.look()
  await eventually(async () => expect(await of(hook.name)).toMatchObject([{ state: 'delivered' }]))
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(Array(2).fill(`msg_${delivery!.id}`))
  const again = receiver.received[1]!
  expect(() => new Webhook(hook.secret).verify(again.body, again.headers)).not.toThrow()
  expect((await getWebhook(pool, hook.name)).failing_since).toBeNull()
})

test('after the last attempt a delivery is given up; by hand it is sent again, alone or with all that failed', async () => {
  await using receiver = await startReceiver()
  receiver.answer = 404
  await using courier = startCourier()
  const hook = await addHook(receiver)
  for (let i = 0; i < 3; i++) await hook.end()
  await pool.query('update sluice.deliveries set attempts = 9 where webhook = $1', [hook.name])
  courier.look()
  await eventually(async () => {
    expect((await of(hook.name)).map(({ state }) => state)).toEqual(['failed', 'failed', 'failed'])
  })
  receiver.answer = 200
  const [one] = await of(hook.name)
  expect(await redeliver(pool, one!.id)).toMatchObject({ id: one!.id, state: 'pending' })
  courier.look()
  await eventually(async () => {
    expect((await of(hook.name)).map(({ state }) => state)).toEqual(['delivered', 'failed', 'failed'])
  })
  expect(await redeliverFailed(pool, hook.name)).toBe(2)
  courier.look()
  await eventually(async () => {
    expect((await of(hook.name)).map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered'])
  })
  expect((await of(hook.name))[0]!.attempts.map(({ status }) => status)).toEqual([404, 200])
  await expect(redeliver(pool, '00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
    code: 'delivery_not_found',
  })
  await expect(redeliverFailed(pool, 'nowhere')).rejects.toMatchObject({ code: 'unknown_webhook' })
})

test('410 disables a webhook at once; enabling it sends what waits', async () => {
  await using receiver = await startReceiver()
  receiver.answer = 410
  await using courier = startCourier()
  const hook = await addHook(receiver)
  await hook.end()
  courier.look()
  await eventually(async () => {
    expect(await getWebhook(pool, hook.name)).toMatchObject({
      enabled: false,
      disabled_reason: 'It answered 410 Gone.',
    })
  })
  await makeDue(hook.name)
  await hook.end()
  expect(await of(hook.name), 'nothing is written for a disabled webhook').toHaveLength(1)
  receiver.answer = 200
  expect(await changeWebhook(pool, networks, hook.name, { enabled: true })).toMatchObject({
    enabled: true,
    disabled_at: null,
    disabled_reason: null,
    failing_since: null,
  })
  courier.look()
  await eventually(async () => expect(await of(hook.name)).toMatchObject([{ state: 'delivered' }]))
})

test('a webhook that fails for too long is disabled, and says since when it failed', async () => {
  await using receiver = await startReceiver()
  receiver.answer = 500
  await using courier = startCourier()
  const hook = await addHook(receiver)
  await pool.query(
    `update sluice.webhooks set failing_since = now() - interval '6 days', failing_anew_since = now() - interval '6 days',
       last_failure_at = now() - interval '1 day'
     where name = $1`,
    [hook.name],
  )
  await hook.end()
  courier.look()
  await eventually(async () => {
    expect(await getWebhook(pool, hook.name)).toMatchObject({
      enabled: false,
      disabled_at: expect.any(Date),
      disabled_reason: expect.stringMatching(/^Every attempt since \d{4}-.*Z failed\.$/),
    })
  })
})

test('a receiver that is busy is left alone for as long as it asks', async () => {
  await using receiver = await startReceiver()
  receiver.answer = { status: 429, headers: { 'retry-after': '120' } }
  await using courier = startCourier()
  const hook = await addHook(receiver)
  await hook.end()
  courier.look()
  await eventually(async () => expect(await of(hook.name)).toMatchObject([{ attempts: [{ status: 429 }] }]))
  await hook.end()
  courier.look()
  const { rows } = await pool.query<{ seconds: number }>(
    'select extract(epoch from not_before - now())::float8 as seconds from sluice.webhooks where name = $1',
    [hook.name],
  )
  expect(rows[0]!.seconds).toBeGreaterThan(100)
  expect(await takeDue(pool, 10, 10, new Map())).toEqual([])
  expect(receiver.received).toHaveLength(1)
  expect((await getWebhook(pool, hook.name)).held_until!.getTime()).toBeGreaterThan(Date.now() + 100_000)
})

/** A webhook that asked to be left alone for a day, with a delivery that waits. */
async function heldHook(receiver: Receiver): Promise<Awaited<ReturnType<typeof addHook>>> {
  const hook = await addHook(receiver)
  await hook.end()
  const [due] = await takeDue(pool, 10, 10, new Map())
  await note(due!, { succeeded: false, retry: 5, pause: 86_400 })
  return hook
}

async function note(
  { id, attempt }: { id: string; attempt: number },
  { succeeded, retry, pause }: { succeeded: boolean; retry?: number; pause?: number },
): Promise<string> {
  const { rows } = await pool.query<{ state: string }>(
    `select sluice.note_delivery($1, $2, $3, '[]', $4, $5) as state`,
    [id, attempt, succeeded, retry, pause],
  )
  return rows[0]!.state
}

test('what a receiver asks for holds, whatever another call of it was answered before or after', async () => {
  await using receiver = await startReceiver()
  const hook = await addHook(receiver)
  for (let i = 0; i < 4; i++) await hook.end()
  const [first, second, third, fourth] = await takeDue(pool, 10, 10, new Map())
  const heldFor = async (): Promise<number> =>
    Math.round(((await getWebhook(pool, hook.name)).held_until!.getTime() - Date.now()) / 1000)
  await note(first!, { succeeded: false, retry: 5, pause: 900 })
  await note(second!, { succeeded: false, retry: 5 })
  expect(await heldFor()).toBeGreaterThan(800)
  await note(third!, { succeeded: true })
  expect(await heldFor()).toBeGreaterThan(800)
  await note(fourth!, { succeeded: false, retry: 5, pause: 30 })
  expect(await heldFor()).toBeGreaterThan(800)
})

test.each([
  ['sending one again', async (name: string): Promise<unknown> => redeliver(pool, (await of(name))[0]!.id)],
  ['sending again all that failed', (name: string): Promise<unknown> => redeliverFailed(pool, name)],
  ['enabling it', (name: string): Promise<unknown> => changeWebhook(pool, networks, name, { enabled: true })],
  ['a test that it takes', (name: string): Promise<unknown> => tried(name)],
])('%s by hand ends the time for which a webhook asked to be left alone', async (_what, act) => {
  await using receiver = await startReceiver()
  const hook = await heldHook(receiver)
  expect((await getWebhook(pool, hook.name)).held_until).not.toBeNull()
  await act(hook.name)
  expect((await getWebhook(pool, hook.name)).held_until).toBeNull()
})

async function tried(name: string): Promise<void> {
  const poster = new Poster(networks)
  expect(await testWebhook(pool, poster, name)).toMatchObject({ status: 204, error: null })
  poster.close()
}

test('nothing is sent again to a webhook that is disabled; the refusal says what to do', async () => {
  await using receiver = await startReceiver()
  const hook = await addHook(receiver)
  await hook.end()
  await changeWebhook(pool, networks, hook.name, { enabled: false })
  const refusal = { code: 'webhook_disabled', message: expect.stringContaining('Enable it first') }
  await expect(redeliver(pool, (await of(hook.name))[0]!.id)).rejects.toMatchObject(refusal)
  await expect(redeliverFailed(pool, hook.name)).rejects.toMatchObject(refusal)
})

test('one failure long after others does not disable; a second, half a day later, does', async () => {
  await using receiver = await startReceiver()
  const hook = await addHook(receiver)
  for (let i = 0; i < 3; i++) await hook.end()
  const [first, second, third] = await takeDue(pool, 10, 10, new Map())
  const later = (hours: number): Promise<unknown> =>
    pool.query(
      `update sluice.webhooks set failing_since = failing_since - $2::interval,
         failing_anew_since = failing_anew_since - $2::interval, last_failure_at = last_failure_at - $2::interval
       where name = $1`,
      [hook.name, `${hours} hours`],
    )
  await note(first!, { succeeded: false })
  await later(21 * 24)
  expect(await note(second!, { succeeded: false })).toBe('failed')
  await later(12)
  expect(await note(third!, { succeeded: false })).toBe('disabled')
})

test('a new address, and a test that is taken, end what was held against a webhook', async () => {
  await using receiver = await startReceiver()
  const moved = await heldHook(receiver)
  await changeWebhook(pool, networks, moved.name, { url: `${receiver.url}/elsewhere` })
  expect(await getWebhook(pool, moved.name)).toMatchObject({ failing_since: null, held_until: null })
  const repaired = await heldHook(receiver)
  await tried(repaired.name)
  expect(await getWebhook(pool, repaired.name)).toMatchObject({ failing_since: null, held_until: null })
})

test('a receiver that does not answer holds back its own deliveries only', async () => {
  await using slow = await startReceiver()
  slow.answer = 'hang'
  await using quick = await startReceiver()
  await using courier = startCourier()
  const [slowHook, quickHook] = [await addHook(slow), await addHook(quick)]
  for (let i = 0; i < 20; i++) await slowHook.end()
  await quickHook.end()
  courier.look()
  await eventually(async () => expect(await of(quickHook.name)).toMatchObject([{ state: 'delivered' }]))
  expect(slow.received.length).toBeLessThanOrEqual(8)
})

test('a dozen receivers that do not answer hold back no other, nor the end of the sender', async () => {
  await using slow = await startReceiver()
  slow.answer = 'hang'
  await using quick = await startReceiver()
  const slowHooks = await Promise.all(Array.from({ length: 12 }, () => addHook(slow)))
  const quickHook = await addHook(quick)
  {
    await using courier = startCourier(600_000)
    for (const hook of slowHooks) for (let i = 0; i < 8; i++) await hook.end()
    courier.look()
    await eventually(() => expect(slow.received.length).toBeGreaterThanOrEqual(64))
    await quickHook.end()
    courier.look()
    await eventually(async () => expect(await of(quickHook.name)).toMatchObject([{ state: 'delivered' }]))
  }
  expect((await of(slowHooks[0]!.name))[0], 'it is made again after its lease').toMatchObject({
    state: 'pending',
    attempts: [],
  })
})

test('an attempt whose sender died is made by another after its lease; the first, come back, changes nothing', async () => {
  await using receiver = await startReceiver()
  const hook = await addHook(receiver)
  await hook.end()
  const [taken] = await takeDue(pool, 10, 10, new Map())
  expect(taken).toMatchObject({ webhook: hook.name, attempt: 1 })
  expect(await takeDue(pool, 10, 10, new Map()), 'it is under way').toEqual([])
  await makeDue(hook.name)
  const [again] = await takeDue(pool, 10, 10, new Map())
  expect(again).toMatchObject({ id: taken!.id, attempt: 2 })
  const late = await pool.query(`select sluice.note_delivery($1, 1, false, '[]') as state`, [taken!.id])
  expect(late.rows).toEqual([{ state: null }])
  const second = await pool.query(`select sluice.note_delivery($1, 2, true, '[]') as state`, [taken!.id])
  expect(second.rows).toEqual([{ state: 'delivered' }])
})

test('for a day after a change of the secret both sign', async () => {
  await using receiver = await startReceiver()
  await using courier = startCourier()
  const hook = await addHook(receiver)
  const secret = await changeSecret(pool, hook.name)
  await hook.end()
  courier.look()
  await eventually(() => expect(receiver.received).toHaveLength(1))
  const { body, headers } = receiver.received[0]!
  for (const each of [secret, hook.secret]) expect(() => new Webhook(each).verify(body, headers)).not.toThrow()
  await tried(hook.name)
  const test = receiver.received.pop()!
  for (const each of [secret, hook.secret]) {
    expect(() => new Webhook(each).verify(test.body, test.headers)).not.toThrow()
  }
  await pool.query(`update sluice.webhook_secrets set previous_until = now() where webhook = $1`, [hook.name])
  await hook.end()
  courier.look()
  await eventually(() => expect(receiver.received).toHaveLength(2))
  const later = receiver.received[1]!
  expect(() => new Webhook(secret).verify(later.body, later.headers)).not.toThrow()
  expect(() => new Webhook(hook.secret).verify(later.body, later.headers)).toThrow(/signature/)
})
