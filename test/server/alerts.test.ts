import { afterAll, expect, test } from 'vitest'
import { startServer, type Answer } from '../helpers/app.ts'
import { createDatabase } from '../helpers/database.ts'

const database = await createDatabase()
const server = await startServer(database)
afterAll(() => server.close())

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  server.request(method, `/v1/alerts${path}`, body)

test('alert rules are listed, added, changed and removed', async () => {
  const rules = await call('GET', '/rules')
  expect(rules.json.rules).toHaveLength(8)
  const rule = { name: 'full', measure: 'storage_bytes', threshold: 1e12 }
  expect(await call('POST', '/rules', rule)).toMatchObject({
    status: 201,
    json: { ...rule, comparison: 'above', for_seconds: 0, enabled: true, subject: null, webhooks: null },
  })
  expect(await call('POST', '/rules', rule)).toMatchObject({ status: 409, json: { code: 'alert_rule_exists' } })
  expect(await call('PATCH', '/rules/full', { threshold: 2e12 })).toMatchObject({
    status: 200,
    json: { threshold: 2e12 },
  })
  expect(await call('PATCH', '/rules/full', { webhooks: ['nowhere'] })).toMatchObject({
    status: 404,
    json: { code: 'unknown_webhook' },
  })
  expect(await call('GET', '/rules/full')).toMatchObject({ status: 200, json: { threshold: 2e12 } })
  expect(await call('DELETE', '/rules/full')).toMatchObject({ status: 204 })
  expect(await call('GET', '/rules/full')).toMatchObject({ status: 404, json: { code: 'unknown_alert_rule' } })
  expect(await call('POST', '/rules', { ...rule, measure: 'luck' })).toMatchObject({ status: 400 })
  expect(await call('POST', '/rules', { ...rule, description: 'a\0b' })).toMatchObject({
    status: 400,
    json: { errors: [{ path: 'description' }] },
  })
  expect(await call('POST', '/rules', { ...rule, measure: 'failure_rate', threshold: 5 })).toMatchObject({
    status: 400,
    json: { code: 'invalid_request', errors: [{ path: 'threshold' }] },
  })
})

test('alerts are listed by state', async () => {
  await call('POST', '/rules', { name: 'any', measure: 'storage_bytes', threshold: 1 })
  await database.pool.query('select sluice.evaluate_alerts()')
  const firing = await call('GET', '?state=firing')
  expect(firing).toMatchObject({
    status: 200,
    json: { alerts: [{ rule: 'any', subject: '', state: 'firing', threshold: 1 }] },
  })
  expect((await call('GET', '?state=resolved')).json.alerts).toEqual([])
  expect(await call('GET', '?state=lost')).toMatchObject({ status: 400 })
})
