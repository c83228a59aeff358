import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Networks } from '../../src/delivery/addresses.ts'
import { Poster } from '../../src/delivery/post.ts'
import { createSecret, signedHeaders } from '../../src/delivery/signature.ts'
import { packageRoot } from '../../src/packageRoot.ts'
import { startReceiver } from '../helpers/receiver.ts'
import { freePort } from '../helpers/server.ts'

const secret = createSecret()
const port = await freePort()
/** In the place of Slack and of the mail provider. */
const receiver = await startReceiver()
const script = join(packageRoot, 'docs', 'examples', 'webhookRelay.js')
const relay = spawn(process.execPath, [script], {
  env: {
    ...process.env,
    PORT: String(port),
    WEBHOOK_SECRET: secret,
    SLACK_URL: `${receiver.url}/slack`,
    RESEND_URL: `${receiver.url}/emails`,
    RESEND_KEY: 'key',
    MAIL_FROM: 'sluice@example.com',
    MAIL_TO: 'team@example.com',
    SLUICE_URL: 'https://sluice.example.com',
  },
  stdio: ['ignore', 'pipe', 'ignore'],
})
const poster = new Poster(new Networks(['127.0.0.0/8']))
beforeAll(() => once(relay.stdout, 'data'))
afterAll(async () => {
  poster.close()
  relay.kill()
  await receiver[Symbol.asyncDispose]()
})

async function tell(event: object, signedBy = secret): Promise<number | undefined> {
  const body = JSON.stringify(event)
  const { status } = await poster.post(
    `http://127.0.0.1:${port}/`,
    signedHeaders('msg_1', new Date(), body, [signedBy]),
    body,
  )
  return status
}

const failed = {
  type: 'query.failed',
  data: { id: 'q1', state: 'failed', lane: 'reports', schedule: 'nightly', error: { message: 'division by zero' } },
}

test('the relay of docs/webhooks.md tells Slack and a mail provider in a sentence', async () => {
  expect(await tell(failed)).toBe(204)
  const text = 'Schedule nightly failed in lane reports: division by zero https://sluice.example.com/admin/queries/q1'
  expect(receiver.received.map(({ path, json }) => ({ path, json }))).toEqual([
    { path: '/emails', json: { from: 'sluice@example.com', to: 'team@example.com', subject: text, text } },
    { path: '/slack', json: { text } },
  ])
  expect(receiver.received[0]!.headers).toMatchObject({ authorization: 'Bearer key', 'idempotency-key': 'msg_1' })
})

test('the relay takes nothing that is not signed, and lets Sluice try again what it could not pass on', async () => {
  const before = receiver.received.length
  expect(await tell(failed, createSecret())).toBe(401)
  expect(receiver.received).toHaveLength(before)
  receiver.answer = 500
  expect(await tell(failed)).toBe(502)
})

test('Slack is told once however often mail fails, and takes no marks from an error', async () => {
  const before = receiver.received.length
  receiver.answer = ({ path }) => (path === '/emails' ? 500 : 200)
  expect(await tell(failed)).toBe(502)
  expect(receiver.received.slice(before).map(({ path }) => path)).toEqual(['/emails'])
  receiver.answer = 200
  expect(await tell({ ...failed, data: { ...failed.data, error: { message: '<!channel> & all' } } })).toBe(204)
  expect(receiver.received.at(-1)!.json.text).toContain('reports: &lt;!channel&gt; &amp; all https')
})

test.each([
  ['its secret', { SLACK_URL: 'https://slack.example/' }, /^Set WEBHOOK_SECRET/],
  ['anybody to tell', { WEBHOOK_SECRET: secret }, /^Set SLACK_URL or RESEND_KEY/],
  ['the addresses of mails', { WEBHOOK_SECRET: secret, RESEND_KEY: 'key' }, /^Set MAIL_FROM and MAIL_TO/],
])('the relay does not start without %s, and says so', async (_what, env, message) => {
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(said).toMatch(message)
  expect(code).toBe(2)
})
