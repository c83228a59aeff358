import { afterAll, expect, test } from 'vitest'
import { startServer, type Answer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { settle, tickAt } from '../helpers/schedules.ts'

const database = await createDatabase()
await createSource(database)
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
  ['a misspelt field', { timeout: 5 }, '', /timeout/],
  ['an unknown policy', { overlap_policy: 'hope' }, 'overlap_policy', /skip/],
])('%s is refused with the field and what to write', async (_what, fields, path, message) => {
  const answer = await call('POST', '', { ...nightly, name: 'wrong', ...fields })
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect(answer.json.errors).toContainEqual({ path, message: expect.stringMatching(message) })
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
    { kind: 'scheduled', outcome: 'skipped', fire_at: '2026-01-01T00:01:00.000Z' },
  ])
  const page = await call('GET', `/running/fires?limit=1&before=${json.fires[1].fire_at}`)
  expect(page.json.fires).toEqual([json.fires[2]])
  expect((await call('GET', '/running')).json.last_fire).toEqual(json.fires[0])
  expect(await call('GET', '/nowhere/fires')).toMatchObject({ status: 404, json: { code: 'unknown_schedule' } })
  expect(await call('POST', '/nowhere/run')).toMatchObject({ status: 404, json: { code: 'unknown_schedule' } })
})

test('a run that cannot be submitted is refused as the submission would be', async () => {
  await call('POST', '', { ...nightly, name: 'lost', lane: 'nowhere' })
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
})
