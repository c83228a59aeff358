import { afterAll, expect, test } from 'vitest'
import { actionOf } from '../../src/server/auditTrail.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'

const database = await createDatabase()
await createSource(database)
const apiKey = 'k'.repeat(40)
const server = await startServer(database, { apiKey })
afterAll(() => server.close())

const bearer = { authorization: `Bearer ${apiKey}` }

async function logIn(to = server, key = apiKey): Promise<string> {
  const answer = await to.request('POST', '/v1/session', { key, name: 'Ada' })
  expect(answer.status).toBe(200)
  return answer.headers.get('set-cookie')!.split(';')[0]!
}

test('a login gives a cookie that scripts cannot read and other sites cannot send', async () => {
  const { headers } = await server.request('POST', '/v1/session', { key: apiKey, name: 'Ada' })
  const [, ...attributes] = headers.get('set-cookie')!.split('; ')
  expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=43200']))
  expect(attributes).not.toContain('Secure')
})

test('behind TLS the cookie is sent over TLS alone', async () => {
  const { headers } = await server.request(
    'POST',
    '/v1/session',
    { key: apiKey, name: 'Ada' },
    { 'x-forwarded-proto': 'https' },
  )
  expect(headers.get('set-cookie')).toContain('; Secure')
})

test('the cookie is as good as the key, and says who it is', async () => {
  const cookie = await logIn()
  expect(await server.request('GET', '/v1/session', undefined, { cookie })).toMatchObject({
    status: 200,
    json: { name: 'Ada', login: true, read_only: false },
  })
  expect((await server.request('GET', '/v1/queries', undefined, { cookie })).status).toBe(200)
  expect((await server.request('GET', '/v1/session', undefined, bearer)).json).toMatchObject({ name: 'API key' })
})

test.each(['eve\u202Eniam', 'a\nb', 'a\u0000', 'a\uD800'])(
  'a name that is not what it looks like is refused: %j',
  async (name) => {
    const { status, json } = await server.request('POST', '/v1/session', { key: apiKey, name })
    expect(status).toBe(400)
    expect(json.errors).toMatchObject([
      { path: expect.stringContaining('name'), message: expect.stringContaining('direction') },
    ])
  },
)

test('without the key there is no login, and without a login no answer', async () => {
  const wrong = await server.request('POST', '/v1/session', { key: 'not the key', name: 'Eve' })
  expect(wrong).toMatchObject({ status: 401, json: { code: 'unauthorized' } })
  expect(wrong.headers.get('set-cookie')).toBeNull()
  expect((await server.request('GET', '/v1/session')).status).toBe(401)
})

test('a cookie that was changed, or made with another key, is no login', async () => {
  const cookie = await logIn()
  const [payload, signature] = cookie.slice('sluice_session='.length).split('.')
  const forged = Buffer.from(JSON.stringify(['Eve', Date.now() + 1e9])).toString('base64url')
  for (const token of [`${forged}.${signature}`, `${payload}.`, `${payload}`, 'x', '', `${payload}.${payload}`]) {
    const answer = await server.request('GET', '/v1/session', undefined, { cookie: `sluice_session=${token}` })
    expect(answer.status).toBe(401)
  }
  await using other = await startServer(database, { apiKey: 'o'.repeat(40) })
  expect((await other.request('GET', '/v1/session', undefined, { cookie })).status).toBe(401)
})

test('logging out takes the cookie away', async () => {
  const answer = await server.request('DELETE', '/v1/session', undefined, { cookie: await logIn() })
  expect(answer.status).toBe(204)
  expect(answer.headers.get('set-cookie')).toContain('sluice_session=; Max-Age=0')
})

test('what a page of another site sends changes nothing, with or without a login', async () => {
  await using open = await startServer(database)
  const cookie = await logIn()
  for (const site of ['cross-site', 'same-site']) {
    for (const [to, headers] of [
      [server, { cookie }],
      [open, {}],
    ] as const) {
      const answer = await to.request('POST', '/v1/lanes/default/pause', undefined, {
        ...headers,
        'sec-fetch-site': site,
      })
      expect(answer).toMatchObject({ status: 403, json: { code: 'cross_site_request' } })
    }
  }
  const { rows } = await database.pool.query('select from sluice.lanes where paused')
  expect(rows).toEqual([])
})

test('a server without a login answers to names of this machine alone', async () => {
  await using open = await startServer(database)
  const named = (host: string) => open.app.inject({ method: 'GET', url: '/v1/lanes', headers: { host } })
  expect((await named('evil.example:8080')).statusCode).toBe(401)
  for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080']) expect((await named(host)).statusCode).toBe(200)
})

test('a read-only page looks and changes nothing; the key still does', async () => {
  await using readOnly = await startServer(database, { apiKey, settings: { SLUICE_ADMIN: 'read-only' } })
  const cookie = await logIn(readOnly)
  expect((await readOnly.request('GET', '/v1/session', undefined, { cookie })).json).toMatchObject({ read_only: true })
  expect((await readOnly.request('GET', '/v1/lanes', undefined, { cookie })).status).toBe(200)
  for (const [method, path, body] of [
    ['POST', '/v1/lanes/default/pause', undefined],
    ['POST', '/v1/queries', { sql: 'select 1' }],
  ] as const) {
    const answer = await readOnly.request(method, path, body, { cookie })
    expect(answer).toMatchObject({ status: 403, json: { code: 'read_only' } })
  }
  expect((await readOnly.request('POST', '/v1/lanes/default/resume', undefined, bearer)).status).toBe(200)
})

test('without a login, a read-only page is one that a browser shows', async () => {
  await using open = await startServer(database, { settings: { SLUICE_ADMIN: 'read-only' } })
  const resume = (headers: Record<string, string>) =>
    open.request('POST', '/v1/lanes/default/resume', undefined, headers)
  expect((await resume({ 'sec-fetch-site': 'same-origin' })).json).toMatchObject({ code: 'read_only' })
  expect((await resume({})).status).toBe(200)
})

test('off, there is neither page nor login', async () => {
  const cookie = await logIn()
  await using off = await startServer(database, { apiKey, settings: { SLUICE_ADMIN: 'off' } })
  expect((await off.request('GET', '/admin', undefined, bearer)).status).toBe(404)
  expect((await off.request('POST', '/v1/session', { key: apiKey, name: 'Ada' }, bearer)).status).toBe(404)
  expect((await off.request('GET', '/v1/lanes', undefined, { cookie })).status).toBe(401)
  expect((await off.request('GET', '/')).body.toString()).not.toContain('/admin')
})

test('what is done is kept: who, when, what, and no secret', async () => {
  const cookie = await logIn()
  await server.request('POST', '/v1/lanes/reports/pause', undefined, { cookie })
  await server.request('POST', '/v1/lanes/reports/resume', undefined, bearer)
  const source = { name: 'kept', host: '127.0.0.1', database: 'x', user: 'y', password: 'hush' }
  await server.request('POST', '/v1/sources', source, { cookie })
  await server.request('DELETE', '/v1/sources/nope', undefined, { cookie })
  const { json } = await server.request('GET', '/v1/audit', undefined, bearer)
  expect(json.actions.slice(0, 4)).toMatchObject([
    { actor: 'Ada', action: 'source.add', target: 'kept', detail: { password: '(hidden)', host: '127.0.0.1' } },
    { actor: 'API key', action: 'lane.resume', target: 'reports' },
    { actor: 'Ada', action: 'lane.pause', target: 'reports', address: '127.0.0.1' },
    { actor: 'Ada', action: 'session.start', detail: { key: '(hidden)' } },
  ])
  const kept = await database.pool.query<{ text: string }>(`select audit::text as text from sluice.audit`)
  expect(kept.rows.filter(({ text }) => text.includes('hush') || text.includes(apiKey))).toEqual([])
})

test('submissions are kept when they come from the page, not when a client sends them', async () => {
  const cookie = await logIn()
  await server.request('POST', '/v1/queries', { sql: 'select 1' }, bearer)
  const { json } = await server.request('POST', '/v1/queries', { sql: 'select 2', lane: 'reports' }, { cookie })
  const { json: audit } = await server.request('GET', '/v1/audit?action=query', undefined, bearer)
  expect(audit.actions).toMatchObject([{ action: 'query.submit', target: json.id, detail: { lane: 'reports' } }])
})

test('without a login, submissions are kept that a browser sends', async () => {
  await using open = await startServer(database)
  await open.request('POST', '/v1/queries', { sql: 'select 3' })
  const { json } = await open.request('POST', '/v1/queries', { sql: 'select 4' }, { 'sec-fetch-site': 'same-origin' })
  const { json: audit } = await open.request('GET', '/v1/audit?actor=local&action=query')
  expect(audit.actions).toMatchObject([{ action: 'query.submit', target: json.id }])
})

test('of a change to a schedule its statement is kept, and that its values changed', async () => {
  const schedule = { name: 'nightly', cron: '0 3 * * *', sql: 'select $1::int', params: [1] }
  await server.request('POST', '/v1/schedules', schedule, bearer)
  await server.request('PATCH', '/v1/schedules/nightly', { sql: 'select $1::text', params: ['hush'] }, bearer)
  const { json } = await server.request('GET', '/v1/audit?action=schedule', undefined, bearer)
  expect(json.actions[0]).toMatchObject({
    action: 'schedule.change',
    detail: { sql: 'select $1::text', params: '(hidden)' },
  })
})

test('actions are listed by page, by actor and by what they were about', async () => {
  const list = async (search: string) => (await server.request('GET', `/v1/audit?${search}`, undefined, bearer)).json
  const first = await list('action=lane&limit=1')
  const second = await list(`action=lane&limit=1&cursor=${first.cursor}`)
  expect(Number(second.actions[0].id)).toBeLessThan(Number(first.actions[0].id))
  expect((await list('actor=API%20key')).actions.map(({ actor }: { actor: string }) => actor)).not.toContain('Ada')
  expect((await list('target=kept')).actions).toHaveLength(1)
})

test.each([
  ['POST', '/v1/lanes', 'lane.add'],
  ['PATCH', '/v1/lanes/:name', 'lane.change'],
  ['DELETE', '/v1/queries/:id/result', 'result.remove'],
  ['POST', '/v1/queries/:id/cancel', 'query.cancel'],
  ['POST', '/v1/queries/cancel', 'query.cancel'],
  ['POST', '/v1/workers/:id/drain', 'worker.drain'],
  ['POST', '/v1/sources/:name/test', null],
  ['GET', '/v1/lanes', null],
  ['POST', '/elsewhere', null],
])('%s %s is kept as %s', (method, path, action) => {
  expect(actionOf(method, path)).toBe(action)
})
