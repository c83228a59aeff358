import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { startReceiver } from '../helpers/receiver.ts'
import { runCli, type CliEnd } from './runCli.ts'

const database = await createDatabase()
await createSource(database)
const networks = { SLUICE_WEBHOOK_NETWORKS: '127.0.0.0/8' }
const server = await startServer(database, { settings: networks })
const receiver = await startReceiver()
afterAll(() => Promise.all([server.close(), receiver[Symbol.asyncDispose]()]))

const onDatabase = { DATABASE_URL: database.url, SLUICE_URL: 'http://127.0.0.1:1', ...networks }
const throughServer = { SLUICE_URL: server.url }

test('a webhook is added, tested, changed, disabled, sent to again and removed', async () => {
  const cli = (...args: string[]): Promise<CliEnd> => runCli(['webhook', ...args], { env: onDatabase })
  const added = await cli('add', 'bi', receiver.url, '--event', 'query.failed', '--lane', 'reports')
  expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_\S+\n$/) })
  expect((await cli('ls')).stdout).toMatch(/ bi +│ enabled +│ reports +│/)
  expect((await cli('test', 'bi')).stdout).toMatch(/^Webhook bi answered 20\d after \d+ ms\.\n$/)
  expect(await cli('set', 'bi', '--all-lanes', '--description', 'for tests')).toMatchObject({ code: 0 })
  const elsewhere = await runCli(['webhook', 'test', 'bi'], { env: { ...onDatabase, SLUICE_WEBHOOK_NETWORKS: '' } })
  expect(elsewhere, 'workers may call it').toMatchObject({
    code: 1,
    stderr: expect.stringContaining('private address. SLUICE_WEBHOOK_NETWORKS of this command does not hold it'),
  })
  expect((await cli('disable', 'bi')).stdout).toBe('Webhook bi is disabled.\n')
  expect(JSON.parse((await cli('show', 'bi', '--json')).stdout)).toMatchObject({
    lanes: null,
    enabled: false,
    events: ['query.failed'],
    description: 'for tests',
  })
  await database.pool.query(
    `insert into sluice.deliveries (id, webhook, type, payload, state, next_attempt_at, finished_at)
     values (sluice.uuid_v7(), 'bi', 'query.failed', '{"type": "query.failed"}', 'failed', null, now())`,
  )
  expect(await cli('redeliver', 'bi')).toMatchObject({ code: 1, stderr: expect.stringContaining('Enable it first') })
  expect(await cli('enable', 'bi')).toMatchObject({ code: 0 })
  expect((await cli('redeliver', 'bi')).stdout).toBe('1 delivery is sent again.\n')
  const [delivery] = JSON.parse((await cli('deliveries', '--webhook', 'bi', '--json')).stdout) as { id: string }[]
  expect(await cli('redeliver', '--delivery', delivery!.id)).toMatchObject({ code: 0 })
  expect((await cli('deliveries', '--state', 'pending')).stdout).toContain(delivery!.id)
  expect(await cli('rm', 'bi')).toMatchObject({ code: 0 })
  expect(await cli('test', 'bi')).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no webhook bi') })
}, 120_000)

test('an alert rule is added, listed, changed, disabled and removed', async () => {
  const cli = (...args: string[]): Promise<CliEnd> => runCli(['alert', ...args], { env: onDatabase })
  expect(await cli('add', 'deep')).toMatchObject({ code: 2, stderr: expect.stringContaining('--measure') })
  expect(await cli('add', 'deep', '--measure', 'queue_depth', '--above', '50', '--lane', 'reports')).toMatchObject({
    code: 0,
  })
  expect((await cli('rules')).stdout).toMatch(
    / deep +│ queue_depth of reports above 50 +│ +0 s │ all webhooks +│ enabled/,
  )
  expect(await cli('set', 'deep', '--below', '1', '--no-lane', '--for-seconds', '60')).toMatchObject({ code: 0 })
  expect(await cli('disable', 'deep')).toMatchObject({ code: 0 })
  expect(JSON.parse((await cli('show', 'deep', '--json')).stdout)).toMatchObject({
    comparison: 'below',
    threshold: 1,
    subject: null,
    for_seconds: 60,
    enabled: false,
  })
  await database.pool.query(
    `insert into sluice.alerts (id, rule, subject, value, measure, comparison, threshold, started_at, fired_at)
     values (sluice.uuid_v7(), 'deep', 'reports', 7, 'queue_depth', 'below', 1, now(), now())`,
  )
  expect((await cli('ls', '--state', 'firing')).stdout).toMatch(/ deep +│ reports +│ firing +│ +7 │/)
  expect(await cli('rm', 'deep')).toMatchObject({ code: 0 })
  expect(await cli('show', 'deep')).toMatchObject({ code: 2 })
}, 120_000)

test('webhooks and alert rules are managed through the server as well', async () => {
  const cli = (...args: string[]): Promise<CliEnd> => runCli(args, { env: throughServer })
  const added = await cli('webhook', 'add', 'ops', receiver.url)
  expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^whsec_/) })
  const done = await Promise.all([
    cli('webhook', 'test', 'ops'),
    cli('webhook', 'secret', 'ops'),
    cli('webhook', 'deliveries', '--webhook', 'ops', '--json'),
    cli('alert', 'set', 'workers', '--below', '3'),
  ])
  expect(done.map(({ code, stderr }) => ({ code, stderr }))).toEqual(done.map(() => ({ code: 0, stderr: '' })))
  expect(done[1].stdout).not.toBe(added.stdout)
  expect((await cli('alert', 'rules')).stdout).toMatch(/ workers below 3 /)
}, 120_000)
