import { afterAll, expect, test } from 'vitest'
import { addSource } from '../../src/sources/manage.ts'
import { startServer, type Answer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { settle, tickAt } from '../helpers/schedules.ts'

const database = await createDatabase()
await createSource(database)
const createSourceRow = (name: string, writes: boolean): Promise<unknown> =>
  addSource(database.pool, name, { host: 'nowhere.example', database: 'd', user: 'u', writes })
const server = await startServer(database)
afterAll(() => server.close())

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  server.request(method, `/v1/schedules${path}`, body)
const nightly = {
  name: 'nightly',
  sql: 'select $1',
  params: ['{{ fire_at }}'],
  cron: ' 30  2 * * *',
  time_zone: 'Europe/Berlin',
  timeout_seconds: 60,
}

test('a schedule is added, listed, read, changed and removed', async () => {
  const added = await call('POST', '', nightly)
  expect(added).toMatchObject({
    status: 201,
    json: {
      name: 'nightly',
      cron: '30 2 * * *',
      interval_seconds: null,
      params: ['{{fire_at}}'],
      misfire_policy: 'one',
      overlap_policy: 'skip',
      timeout_seconds: 60,
      last_fire: null,
      problem: null,
    },
  })
  expect(added.headers.get('location')).toBe('/v1/schedules/nightly')
  expect(added.json.next_fires).toHaveLength(5)
  for (const time of added.json.next_fires as string[]) {
    const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', timeStyle: 'short' }).format(
      new Date(time),
    )
    // On the one day on which there is no 02:30 it is the first instant after the gap.
    expect(['02:30', '03:00']).toContain(local)
  }
  expect(await call('GET', '/nightly')).toMatchObject({ status: 200, json: added.json })
  const list = await call('GET', '')
  expect(list.json.schedules).toEqual([added.json])
  expect(list.json.beat).toEqual({ worker_id: null, held_since: null, heartbeat_at: null, alive: false })

  const changed = await call('PATCH', '/nightly', {
    interval_seconds: 600,
    timeout_seconds: null,
    labels: { team: 'bi' },
  })
  expect(changed).toMatchObject({
    status: 200,
    json: { cron: null, interval_seconds: 600, timeout_seconds: null, labels: { team: 'bi' }, sql: 'select $1' },
  })
  expect(await call('DELETE', '/nightly')).toMatchObject({ status: 204 })
  expect(await call('DELETE', '/nightly')).toMatchObject({ status: 404, json: { code: 'unknown_schedule' } })
})

test('a name that is taken is refused', async () => {
  expect(await call('POST', '', { ...nightly, name: 'twice' })).toMatchObject({ status: 201 })
  expect(await call('POST', '', { ...nightly, name: 'twice' })).toMatchObject({
    status: 409,
    json: { code: 'schedule_exists' },
  })
})

test.each([
  ['a pattern of four fields', { cron: '* * * *' }, 'cron', /five fields/],
  ['a day that never comes', { cron: '0 0 30 2 *' }, 'cron', /never|ever comes/],
  ['a zone that does not exist', { time_zone: 'Europe/Atlantis' }, 'time_zone', /IANA/],
  ['neither pattern nor interval', { cron: null }, 'cron', /either cron or interval_seconds/],
  ['pattern and interval', { interval_seconds: 5 }, 'cron', /either cron or interval_seconds/],
  ['a value of the fire inside a text', { params: ['at {{fire_at}}'] }, 'params.0', /nothing else/],
  ['a value that does not exist', { params: [1, '{{fired}}'] }, 'params.1', /"{{fire_at}}"/],
  ['a value of the fire in the SQL', { sql: "select '{{fire_at}}'" }, 'sql', /write \$1/],
  ['a value of the fire within a list', { params: [['{{fire_at}}']] }, 'params.0', /nothing else/],
  ['a value within JSON', { params: [{ type: 'jsonb', value: { at: '{{fire_at}}' } }] }, 'params.0', /nothing else/],
  ['a value without a type', { params: [{ value: '{{fire_at}}' }] }, 'params.0', /nothing else/],
  ['a misspelt value within a text', { params: ['at {{fire_tme}}'] }, 'params.0', /nothing else/],
  ['a misspelt value in the SQL', { sql: `select {{fire_tme}}, '}'` }, 'sql', /write \$1/],
  ['an anchor of the year 9999', { anchor_at: '9999-12-31T23:59:59Z' }, 'anchor_at', /1970 to 2199/],
  ['an anchor of the year 0', { anchor_at: '0000-01-01T00:00:00Z' }, 'anchor_at', /1970 to 2199/],
  ['an interval of sixty years', { cron: null, interval_seconds: 2_000_000_000 }, 'interval_seconds', /315360000/],
  ['a description with a NUL', { description: 'a\0b' }, 'description', /NUL/],
  ['a name of 64 letters', { name: 'x'.repeat(64) }, 'name', /63/],
  ['a month that does not exist', { cron: '0 0 * 13 *' }, 'cron', /month takes 1 to 12/],
  ['a day that does not exist', { cron: '0 0 0 * *' }, 'cron', /day of month takes 1 to 31/],
  ['a misspelt field', { timeout: 5 }, '', /timeout/],
  ['an unknown policy', { overlap_policy: 'hope' }, 'overlap_policy', /skip/],
])('%s is refused with the field and what to write', async (_what, fields, path, message) => {
  const answer = await call('POST', '', { ...nightly, name: 'wrong', ...fields })
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect(answer.json.errors).toContainEqual({ path, message: expect.stringMatching(message) })
})

test.each([
  ['a lane', { lane: 'nowhere' }, 404, 'unknown_lane'],
  ['a source', { source: 'nowhere' }, 404, 'unknown_source'],
  ['a webhook', { webhooks: ['ghost'] }, 404, 'unknown_webhook'],
  ['a limit above its lane', { timeout_seconds: 2_000_000 }, 400, 'limit_above_lane_maximum'],
  ['more attempts than its lane allows', { max_attempts: 100 }, 400, 'limit_above_lane_maximum'],
])(
  '%s that a submission would be refused for is refused when it is added and changed',
  async (_, fields, status, code) => {
    const name = `checked-${code.replaceAll('_', '-')}-${Object.keys(fields)[0]!.replaceAll('_', '-')}`
    const submission = await server.request('POST', '/v1/queries', { sql: 'select 1', ...fields })
    expect(submission).toMatchObject({ status, json: { code } })
    expect(await call('POST', '', { ...nightly, name, ...fields })).toMatchObject({ status, json: { code } })
    expect(await call('POST', '', { ...nightly, name })).toMatchObject({ status: 201 })
    expect(await call('PATCH', `/${name}`, fields)).toMatchObject({ status, json: { code } })
    expect(await call('PATCH', `/${name}`, { description: 'still there' })).toMatchObject({ status: 200 })
  },
)

test('more attempts are refused for a source whose statements may write', async () => {
  await createSourceRow('writing', true)
  const fields = { ...nightly, name: 'writes', source: 'writing', max_attempts: 2 }
  const answer = await call('POST', '', fields)
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect(answer.json.detail).toMatch(/may write/)
  expect(await call('POST', '', { ...fields, source: 'default' })).toMatchObject({
    status: 201,
    json: { max_attempts: 2 },
  })
  expect(await call('PATCH', '/writes', { source: 'writing' })).toMatchObject({ status: 400 })
})

test('the queries of a schedule get its number of attempts', async () => {
  await call('POST', '', { ...nightly, name: 'attempts', max_attempts: 3 })
  const run = await call('POST', '/attempts/run')
  const { rows } = await database.pool.query('select max_attempts from sluice.queries where id = $1', [run.json.id])
  expect(rows).toEqual([{ max_attempts: 3 }])
})

test('braces may stand in texts and comments of the SQL', async () => {
  const sql = `select '{{a}}', E'\\'{{b}}', "{{c}}", $x$ {{d}} ' $x$ /* {{e}} */ -- {{f}}`
  expect(await call('POST', '', { ...nightly, name: 'braces', sql })).toMatchObject({ status: 201, json: { sql } })
})

test('what is odd in one row keeps nobody from the list', async () => {
  await database.pool.query(`
    insert into sluice.schedules (name, sql, cron, interval_seconds, anchor_at, time_zone, next_fires) values
      ('odd-anchor', 'select 1', null, 315360000, '9999-12-31 23:59:59Z', 'UTC', '{}'),
      ('odd-times', 'select 1', '@daily', null, now(), 'UTC', '{infinity,NULL,-infinity,10000-01-01 00:00Z,infinity}'),
      ('odd-zone', 'select 1', '@daily', null, now(), 'CET', '{}'),
      ('odd-pattern', 'select 1', '0 0 31 2 *', null, now(), 'UTC', '{}')`)
  const { status, json } = await call('GET', '')
  expect(status).toBe(200)
  const times = new Map(
    json.schedules.map((each: { name: string; next_fires: string[] }) => [each.name, each.next_fires]),
  )
  expect(times.get('odd-anchor')).toEqual(['9999-12-31T23:59:59.000Z'])
  expect(times.get('odd-times')).toHaveLength(5)
  expect(times.get('odd-zone')).toEqual([])
  for (const name of ['odd-anchor', 'odd-times', 'odd-zone', 'odd-pattern']) await call('DELETE', `/${name}`)
})

test('the times that the beat has planned are shown as they stand', async () => {
  await call('POST', '', { ...nightly, name: 'planned' })
  const planned = [1, 2, 3, 4, 5].map((day) => `2100-01-0${day}T00:00:00.000Z`)
  await database.pool.query(`update sluice.schedules set next_fires = $1 where name = 'planned'`, [planned])
  expect((await call('GET', '/planned')).json.next_fires).toEqual(planned)
})

test('a schedule that cannot fire can be described and paused, but does not go on until its times are right', async () => {
  await database.pool.query(`insert into sluice.schedules (name, sql, cron) values ('never', 'select 1', '0 0 31 2 *')`)
  expect(await call('PATCH', '/never', { description: 'soon' })).toMatchObject({ status: 200 })
  expect(await call('POST', '/never/pause')).toMatchObject({ status: 200, json: { paused: true } })
  const resumed = await call('POST', '/never/resume')
  expect(resumed).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect(resumed.json.detail).toMatch(/cannot go on\. cron: .*names no time.*stays paused/)
  expect(await call('PATCH', '/never', { cron: '@daily', paused: false })).toMatchObject({ status: 200 })
})

test('a zone that PostgreSQL does not know is refused, whatever this runtime knows', async () => {
  const answer = await call('POST', '', { ...nightly, name: 'old', time_zone: 'US/Pacific-New' })
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request', retryable: false } })
  expect(answer.json.detail).toMatch(/US\/Pacific-New.*IANA/)
})

test('a change that leaves no times is refused', async () => {
  await call('POST', '', { ...nightly, name: 'changing' })
  expect(await call('PATCH', '/changing', { cron: null })).toMatchObject({ status: 400 })
  expect(await call('PATCH', '/changing', { time_zone: 'Nowhere/Else' })).toMatchObject({ status: 400 })
  expect(await call('PATCH', '/nowhere', { paused: true })).toMatchObject({ status: 404 })
})

test('a paused schedule has no next times; resuming gives them back', async () => {
  await call('POST', '', { ...nightly, name: 'pausing' })
  expect(await call('POST', '/pausing/pause')).toMatchObject({ status: 200, json: { paused: true, next_fires: [] } })
  const resumed = await call('POST', '/pausing/resume')
  expect(resumed).toMatchObject({ status: 200, json: { paused: false } })
  expect(resumed.json.next_fires).toHaveLength(5)
})

test('a run is answered with the query, and stands in the history with the fires', async () => {
  await call('POST', '', { ...nightly, name: 'running', cron: '* * * * *' })
  const run = await call('POST', '/running/run')
  expect(run).toMatchObject({ status: 202, json: { state: 'queued', labels: { schedule: 'running' } } })
  expect(run.headers.get('location')).toBe(`/v1/queries/${run.json.id}`)
  await settle(database.pool, 'running', '2026-01-01T00:00:00Z')
  await tickAt(database, '2026-01-01T00:02:00Z')
  const { json } = await call('GET', '/running/fires')
  expect(json.fires).toMatchObject([
    { kind: 'manual', outcome: 'submitted', query_id: run.json.id, query_state: 'queued' },
    { kind: 'scheduled', outcome: 'skipped', fire_at: '2026-01-01T00:02:00.000Z', code: 'overlap' },
    { kind: 'scheduled', outcome: 'submitted', fire_at: '2026-01-01T00:01:00.000Z' },
  ])
  const page = await call('GET', `/running/fires?limit=1&before=${json.fires[1].fire_at}`)
  expect(page.json.fires).toEqual([json.fires[2]])
  expect((await call('GET', '/running')).json.last_fire).toEqual(json.fires[0])
  expect(await call('GET', '/nowhere/fires')).toMatchObject({ status: 404, json: { code: 'unknown_schedule' } })
  expect(await call('POST', '/nowhere/run')).toMatchObject({ status: 404, json: { code: 'unknown_schedule' } })
})

test('a run that cannot be submitted is refused as the submission would be', async () => {
  await server.request('POST', '/v1/lanes', { name: 'passing' })
  expect(await call('POST', '', { ...nightly, name: 'lost', lane: 'passing' })).toMatchObject({ status: 201 })
  await server.request('DELETE', '/v1/lanes/passing')
  expect(await call('PATCH', '/lost', { priority: 1 })).toMatchObject({ status: 200 })
  expect(await call('POST', '/lost/run')).toMatchObject({ status: 404, json: { code: 'unknown_lane' } })
})

test('the times of a pattern can be had without a schedule', async () => {
  const answer = await call('POST', '/times', {
    cron: '30 2 * * *',
    time_zone: 'Europe/Berlin',
    after: '2026-03-28T00:00:00Z',
    count: 2,
  })
  expect(answer).toMatchObject({
    status: 200,
    json: { next_fires: ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z'] },
  })
  expect(await call('POST', '/times', { cron: 'soon' })).toMatchObject({ status: 400 })
  expect(await call('POST', '/times', {})).toMatchObject({ status: 400 })
  expect(await call('POST', '/times', { interval_seconds: 60, after: '9000-12-31T00:00:00Z' })).toMatchObject({
    status: 400,
    json: { errors: [{ path: 'after' }] },
  })
  const far = {
    interval_seconds: 315_360_000,
    after: '2199-12-31T00:00:00Z',
    anchor_at: '2199-12-31T00:00:00Z',
    count: 100,
  }
  expect((await call('POST', '/times', far)).json.next_fires).toHaveLength(100)
  expect(await call('GET', '/running/fires?before=0000-01-01T00:00:00Z')).toMatchObject({ status: 400 })
})
