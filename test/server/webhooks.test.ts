import { Webhook } from 'standardwebhooks'
import { afterAll, expect, test } from 'vitest'
import { startServer, type Answer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { startReceiver } from '../helpers/receiver.ts'

const database = await createDatabase()
await createSource(database)
const server = await startServer(database, { settings: { SLUICE_WEBHOOK_NETWORKS: '127.0.0.0/8' } })
const strict = await startServer(database)
afterAll(() => Promise.all([server.close(), strict.close()]))

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  server.request(method, `/v1${path}`, body)
const hook = { name: 'hook', url: 'https://hooks.example/sluice' }

test('a webhook is added with a secret that is shown once, listed, changed and removed', async () => {
  const added = await call('POST', '/webhooks', { ...hook, lanes: ['reports'], events: ['query.failed'] })
  expect(added).toMatchObject({
    status: 201,
    json: {
      ...hook,
      lanes: ['reports'],
      events: ['query.failed'],
      enabled: true,
      pending: 0,
      disable_after_seconds: 432_000,
      secret: expect.stringMatching(/^whsec_/),
    },
  })
  const { secret, ...shown } = added.json
  expect(await call('GET', '/webhooks/hook')).toMatchObject({ status: 200, json: shown })
  const list = await call('GET', '/webhooks')
  expect(list.json.webhooks).toEqual([shown])
  expect(list.body.toString()).not.toContain(secret)
  expect(await call('PATCH', '/webhooks/hook', { lanes: null, enabled: false })).toMatchObject({
    status: 200,
    json: { lanes: null, enabled: false, events: ['query.failed'] },
  })
  const replaced = await call('POST', '/webhooks/hook/secret')
  expect(replaced).toMatchObject({ status: 200, json: { secret: expect.stringMatching(/^whsec_/) } })
  expect(replaced.json.secret).not.toBe(secret)
  expect(await call('POST', '/webhooks', hook)).toMatchObject({ status: 409, json: { code: 'webhook_exists' } })
  expect(await call('DELETE', '/webhooks/hook')).toMatchObject({ status: 204 })
  for (const [method, path] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/secret'],
    ['POST', '/test'],
    ['POST', '/redeliver'],
  ] as const) {
    const answer = await call(method, `/webhooks/hook${path}`, method === 'PATCH' ? { description: 'x' } : undefined)
    expect(answer).toMatchObject({ status: 404, json: { code: 'unknown_webhook' } })
  }
})

test.each([
  ['an address that is none', 'hooks.example', /it is no address/],
  ['another protocol', 'ftp://hooks.example/', /begin with https/],
  ['a password in the address', 'https://user:password@hooks.example/', /no user and password/],
  ['http to a public address', 'http://hooks.example/', /SLUICE_WEBHOOK_NETWORKS/],
  ['this machine', 'https://localhost/', /private address/],
  ['the metadata of the cloud', 'https://169.254.169.254/latest', /private address/],
  ['this machine in another form', 'https://[::ffff:7f00:1]/', /private address/],
])('%s is refused with what to change', async (_what, url, message) => {
  const answer = await strict.request('POST', '/v1/webhooks', { ...hook, url })
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect(answer.json.errors).toContainEqual({ path: 'url', message: expect.stringMatching(message) })
})

test.each([
  [' https://ex.example/ ', 'https://ex.example/'],
  ['https:ex.example/x', 'https://ex.example/x'],
  ['HTTPS://EX.example/Hook?a=B', 'https://ex.example/Hook?a=B'],
  ['https://ex.example/a\0b', 'https://ex.example/a%00b'],
])('the address %j is taken as %s, as it is called', async (url, taken) => {
  expect(await strict.request('POST', '/v1/webhooks', { ...hook, url })).toMatchObject({
    status: 201,
    json: { url: taken },
  })
  expect(await strict.request('PATCH', '/v1/webhooks/hook', { url })).toMatchObject({
    status: 200,
    json: { url: taken },
  })
  expect(await strict.request('DELETE', '/v1/webhooks/hook')).toMatchObject({ status: 204 })
})

test.each([
  ['an address that is too long as it is called', { url: `https://ex.example/${'ä'.repeat(1000)}` }, 'url'],
  ['a NUL in a text', { description: 'a\0b' }, 'description'],
])('%s is refused', async (_what, fields, path) => {
  expect(await strict.request('POST', '/v1/webhooks', { ...hook, ...fields })).toMatchObject({
    status: 400,
    json: { code: 'invalid_request', errors: [{ path }] },
  })
})

test('a webhook of a lane that does not exist is refused', async () => {
  expect(await call('POST', '/webhooks', { ...hook, lanes: ['default', 'nolane'] })).toMatchObject({
    status: 404,
    json: { code: 'unknown_lane', detail: expect.stringContaining('nolane') },
  })
})

test('who may only look sees whose an address is, not the address; who may change sees it whole', async () => {
  await using looking = await startServer(database, { settings: { SLUICE_ADMIN: 'read-only' } })
  const url = 'https://hooks.example/services/T0/secret?key=secret'
  await call('POST', '/webhooks', { ...hook, url })
  for (const path of ['/v1/webhooks', '/v1/webhooks/hook']) {
    const seen = await looking.request('GET', path, undefined, { 'sec-fetch-site': 'same-origin' })
    expect(seen.body.toString()).toContain('"url":"https://hooks.example/…"')
    expect(seen.body.toString()).not.toContain('secret')
    expect((await looking.request('GET', path)).body.toString()).toContain(`"url":"${url}"`)
  }
  await call('DELETE', '/webhooks/hook')
})

test('a webhook that an alert rule or a schedule names is not removed; the answer says who names it', async () => {
  await call('POST', '/webhooks', hook)
  await call('POST', '/schedules', { name: 'nightly', cron: '0 3 * * *', sql: 'select 1', webhooks: ['hook'] })
  await call('PATCH', '/alerts/rules/workers', { webhooks: ['hook'] })
  expect(await call('DELETE', '/webhooks/hook')).toMatchObject({
    status: 409,
    json: { code: 'webhook_in_use', detail: expect.stringContaining('alert rule workers, schedule nightly') },
  })
  await call('PATCH', '/alerts/rules/workers', { webhooks: null })
  await call('DELETE', '/schedules/nightly')
  expect(await call('DELETE', '/webhooks/hook')).toMatchObject({ status: 204 })
})

test('a test calls the webhook now and tells how that went', async () => {
  await using receiver = await startReceiver()
  const added = await call('POST', '/webhooks', { name: 'tried', url: receiver.url })
  expect(await call('POST', '/webhooks/tried/test')).toMatchObject({ status: 200, json: { status: 204, error: null } })
  const { body, headers } = receiver.received[0]!
  expect(new Webhook(added.json.secret).verify(body, headers)).toMatchObject({
    type: 'webhook.test',
    data: { webhook: 'tried' },
  })
  receiver.answer = 500
  expect(await call('POST', '/webhooks/tried/test')).toMatchObject({
    status: 200,
    json: { status: 500, error: 'status 500' },
  })
  expect(await strict.request('POST', '/v1/webhooks/tried/test'), 'this server may not call it').toMatchObject({
    status: 200,
    json: { status: null, error: 'private address' },
  })
  expect(await call('DELETE', '/webhooks/tried')).toMatchObject({ status: 204 })
})

test('deliveries are listed by webhook, query and state, and sent again', async () => {
  await call('POST', '/webhooks', { name: 'listed', url: 'https://hooks.example/', lanes: [] })
  const submit = async (): Promise<string> => {
    const { json } = await call('POST', '/queries', { sql: 'select 1', webhooks: ['listed'] })
    await call('POST', `/queries/${json.id}/cancel`)
    return json.id as string
  }
  const [first, second] = [await submit(), await submit()]
  const all = await call('GET', '/deliveries?webhook=listed')
  expect(all.json.deliveries).toMatchObject([
    { query_id: second, type: 'query.canceled', state: 'pending', attempts: [], payload: { data: { id: second } } },
    { query_id: first },
  ])
  expect((await call('GET', `/deliveries?query_id=${first}`)).json.deliveries).toEqual([all.json.deliveries[1]])
  expect((await call('GET', `/deliveries?limit=1&before=${all.json.deliveries[0].id}`)).json.deliveries).toEqual([
    all.json.deliveries[1],
  ])
  expect((await call('GET', '/deliveries?state=failed')).json.deliveries).toEqual([])
  await database.pool.query(
    `update sluice.deliveries set state = 'failed', attempts = 10, next_attempt_at = null, finished_at = now()`,
  )
  const { id } = all.json.deliveries[0]
  expect(await call('POST', `/deliveries/${id}/redeliver`)).toMatchObject({
    status: 200,
    json: { id, state: 'pending' },
  })
  expect(await call('POST', '/webhooks/listed/redeliver')).toMatchObject({ status: 200, json: { redelivered: 1 } })
  expect(await call('POST', `/deliveries/${first}/redeliver`)).toMatchObject({
    status: 404,
    json: { code: 'delivery_not_found' },
  })
})

test('a submission that names an unknown webhook is refused', async () => {
  expect(await call('POST', '/queries', { sql: 'select 1', webhooks: ['nowhere'] })).toMatchObject({
    status: 404,
    json: { code: 'unknown_webhook' },
  })
})
