import { afterAll, expect, test } from 'vitest'
import { startServer } from '../../helpers/app.ts'
import { openBrowser } from '../../helpers/browser.ts'
import { createDatabase, createSource } from '../../helpers/database.ts'
import { startReceiver } from '../../helpers/receiver.ts'
import { spawnWorker, startWorker } from '../../helpers/worker.ts'
import { seriousFindings } from './axe.ts'

const networks = { SLUICE_WEBHOOK_NETWORKS: '127.0.0.0/8' }
const database = await createDatabase()
await createSource(database, { setup: 'create table sales as select 12.5::numeric as amount' })
const server = await startServer(database, { settings: networks })
const workless = await createDatabase()
// Leaves a lane to another worker.
const worker = await startWorker(database, { ...networks, SLUICE_LANES: 'default,interactive,reports' })
const receiver = await startReceiver()
const browser = await openBrowser()
afterAll(async () => {
  await worker.stop()
  await server.close()
  await receiver[Symbol.asyncDispose]()
})

type Page = Awaited<ReturnType<typeof browser.open>>

const rowOf = (page: Page, name: string): ReturnType<Page['getByRole']> =>
  page.getByRole('row').filter({ hasText: name })

test('a schedule is added with its next times in sight, run by hand, paused, and tells its history', async () => {
  const page = await browser.open(server, '/schedules', { refusals: true })
  await page.getByText('No schedule yet').waitFor()
  await page.getByRole('button', { name: 'Add a schedule' }).click()
  const form = page.getByRole('dialog', { name: 'Add a schedule' })
  await form.getByLabel('Name').fill('nightly')
  await form.getByLabel('Time zone').fill('Europe/Berlin')
  await form.getByRole('textbox', { name: 'Pattern' }).fill('61 2 * * *')
  await expect.poll(() => form.locator('.next-times').textContent()).toMatch(/minute/i)
  await form.getByRole('textbox', { name: 'Pattern' }).fill('30 2 * * MON')
  await form
    .getByText(/^Mon .* 02:30$/)
    .first()
    .waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await form.locator('.cm-content').fill('select sum(amount), $1::timestamptz as at from sales')
  await form.getByLabel('Parameters').fill('["{{fire_at}}"')
  await form.getByRole('button', { name: 'Add the schedule' }).click()
  await form.getByText('Parameters must be a JSON array').waitFor()
  await form.getByLabel('Parameters').fill('["{{fire_at}}"]')
  await form.getByRole('button', { name: 'Add the schedule' }).click()

  const row = rowOf(page, 'nightly')
  await row.getByText('30 2 * * MON').waitFor()
  await row.getByRole('button', { name: 'Run now' }).click()
  await page.getByRole('button', { name: 'Run it' }).click()
  await row.getByText('Succeeded').waitFor()
  await row.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: 'Pause it' }).click()
  await row.getByText('paused').waitFor()
  await row.getByRole('link', { name: 'nightly' }).click()
  await page.getByText('run by hand').waitFor()
  await page.getByText('It does not fire.').waitFor()
  await page.getByRole('button', { name: 'Change nightly' }).click()
  await page.getByLabel('What it is for').fill('The sum of the night')
  await page.getByRole('button', { name: 'Change the schedule' }).click()
  await page.getByText('The sum of the night').waitFor()
  expect((await server.request('GET', '/v1/schedules/nightly')).json).toMatchObject({
    time_zone: 'Europe/Berlin',
    params: ['{{fire_at}}'],
    description: 'The sum of the night',
    paused: true,
  })
})

test('a webhook is added, its secret shown once, tried, and what it refused is sent again', async () => {
  const page = await browser.open(server, '/alerts')
  await page.getByRole('button', { name: 'Add a webhook' }).click()
  const form = page.getByRole('dialog', { name: 'Add a webhook' })
  await form.getByLabel('Name').fill('bi')
  await form.getByLabel('Address').fill(`${receiver.url}/told`)
  await form.getByRole('button', { name: 'Add the webhook' }).click()
  await page.getByText(/^whsec_/).waitFor()
  await page.getByRole('button', { name: 'I have it' }).click()
  expect(await page.getByText(/^whsec_/).count()).toBe(0)

  const row = page.getByRole('region', { name: 'Webhooks' }).getByRole('row').filter({ hasText: 'bi' })
  await row.getByRole('button', { name: 'Test' }).click()
  await page.getByText('bi took it').waitFor()
  receiver.answer = 500
  await server.request('POST', '/v1/queries?wait=20', { sql: 'select 1' })
  const delivery = page
    .getByRole('region', { name: 'Deliveries' })
    .getByRole('row')
    .filter({ hasText: 'query.succeeded' })
  await delivery.getByText('status 500').waitFor()
  await row.getByText('fails since').waitFor()
  receiver.answer = 204
  await delivery.getByRole('button', { name: 'Send now' }).click()
  await page.getByRole('button', { name: 'Send it again' }).click()
  await delivery.getByText('delivered').waitFor()
  await delivery.getByRole('button', { name: 'Show' }).click()
  expect(await page.getByRole('dialog').locator('pre').textContent()).toContain('"state": "succeeded"')
})

test('what two cards read goes on being read if one of them asks for it', async () => {
  await server.request('POST', '/v1/webhooks', { name: 'sooner', url: `${receiver.url}/sooner` })
  const page = await browser.open(server, '/alerts')
  await page.getByRole('region', { name: 'Webhooks' }).getByRole('row').filter({ hasText: 'sooner' }).waitFor()
  // The card of deliveries, below, takes the names from the same reading, once.
  await page
    .getByRole('region', { name: 'Deliveries' })
    .getByLabel('Webhook')
    .getByText('sooner')
    .waitFor({ state: 'attached' })
  const added = await server.request('POST', '/v1/webhooks', { name: 'later', url: `${receiver.url}/later` })
  expect(added.status).toBe(201)
  await page.getByRole('region', { name: 'Webhooks' }).getByRole('row').filter({ hasText: 'later' }).waitFor()
})

test('a worker is drained after a question; what it runs ends first, and the log tells who did it', async () => {
  const lane = 'apart'
  expect((await server.request('POST', '/v1/lanes', { name: lane })).status).toBe(201)
  await using drained = await spawnWorker(database, { args: ['--lanes', lane] })
  const id = (await server.request('POST', '/v1/queries', { sql: 'select pg_sleep(600)', lane })).json.id as string
  const page = await browser.open(server, '/workers')
  const row = page.getByRole('row').filter({ hasText: drained.id.slice(-12) })
  await row.getByText('1 / ').waitFor()
  await row.getByRole('button', { name: 'Drain' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.textContent()).toContain('stops once what it runs has ended, 1 query now.')
  await dialog.getByRole('button', { name: 'Keep as it is' }).click()
  expect(await row.getByText('alive').count()).toBe(1)
  await row.getByRole('button', { name: 'Drain' }).click()
  await dialog.getByRole('button', { name: 'Drain it' }).click()
  await row.getByText('draining').waitFor()
  expect(await row.getByRole('button', { name: 'Drain' }).count()).toBe(0)
  await server.request('POST', `/v1/queries/${id}/cancel`)
  await row.getByText('stopped').waitFor()
  expect(await drained.exited).toEqual({ code: 0, signal: null })
  await page.goto(`${server.url}/admin/activity`)
  await page.getByRole('row').filter({ hasText: 'worker.drain' }).getByText(drained.id).waitFor()
})

test('a source that cannot be reached says why when it is tried, and one that can, how fast', async () => {
  const port = Number(new URL(receiver.url).port)
  const broken = { name: 'broken', host: '127.0.0.1', port: 1, database: 'd', user: 'u', tls: 'disable' }
  expect((await server.request('POST', '/v1/sources', broken)).status).toBe(201)
  const page = await browser.open(server, '/sources')
  const card = (name: string): ReturnType<Page['getByRole']> => page.getByRole('region', { name })
  await card('broken').getByRole('button', { name: 'Test' }).click()
  expect(await card('broken').getByRole('alert').textContent()).toMatch(/refused/i)
  // Something answers there, but no PostgreSQL.
  await server.request('PATCH', '/v1/sources/broken', { port })
  await card('broken').getByRole('button', { name: 'Test' }).click()
  await expect.poll(() => card('broken').getByRole('alert').textContent()).not.toMatch(/refused/i)
  expect(await seriousFindings(page)).toEqual([])
  await card('default').getByRole('button', { name: 'Test' }).click()
  await card('default')
    .getByText(/PostgreSQL 1\d.*, connected in/)
    .waitFor()
})

test('an alert rule is changed, and the alert that it raises is shown, on the overview too', async () => {
  const page = await browser.open(server, '/alerts')
  const rules = page.getByRole('region', { name: 'Alert rules' })
  await rules.getByRole('button', { name: 'Change workers' }).click()
  await page.getByLabel('Threshold').fill('5')
  await page.getByLabel('For, seconds').fill('0')
  await page.getByRole('button', { name: 'Change the rule' }).click()
  await rules.getByText('workers alive below 5').waitFor()
  // As the beat does every ten seconds.
  await database.pool.query('select sluice.evaluate_alerts()')
  await page.getByRole('region', { name: 'Alerts' }).getByText('firing').waitFor()
  await rules.getByText('fires', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByText('An alert fires').waitFor()
  expect((await server.request('GET', '/v1/alerts/rules/workers')).json).toMatchObject({ threshold: 5, for_seconds: 0 })
})

test('the overview says that the beat stands still, and what to do, until it ticks', async () => {
  await using withoutWorker = await startServer(workless)
  const page = await browser.open(withoutWorker, '/')
  const note = page.getByRole('alert').filter({ hasText: 'The beat stands still' })
  await note.waitFor()
  expect(await note.textContent()).toMatch(/No worker is alive to hold it: start one\.$/)
  await workless.pool.query(`update sluice.beat set ticked_at = now() + interval '1 minute'`)
  await note.waitFor({ state: 'detached' })
})

test('storage tells what results take up, and where', async () => {
  await server.request('POST', '/v1/queries?wait=20', {
    sql: `select i, md5(i::text) || md5((-i)::text) as t from generate_series(1, 20000) i`,
    lane: 'reports',
  })
  const page = await browser.open(server, '/storage')
  const usage = page.getByRole('region', { name: 'Usage' }).getByRole('row').filter({ hasText: 'reports' })
  expect(await usage.textContent()).toMatch(/PostgreSQL.*under an hour.*20,000/)
  await page.getByRole('region', { name: 'Partitions' }).getByText('in use').waitFor()
  await page.getByRole('button', { name: 'Show them' }).click()
  await expect
    .poll(() => page.getByRole('region', { name: 'Partitions' }).getByText('in use').count())
    .toBeGreaterThan(1)
  await page.getByRole('region', { name: 'Largest results' }).getByText('20,000').waitFor()
})

test('a chart draws a value that stands alone', async () => {
  await database.pool.query(`
    insert into sluice.statistics_minutes (
      minute, lane, submitted, claimed, succeeded, failed, canceled, timed_out, rows, raw_bytes, wait_ms, run_ms,
      waits, runs)
    select date_trunc('minute', now()) - interval '30 minutes', 'default', 1, 1, 1, 0, 0, 0, 1, 8, 5, 50,
      sluice.histogram_of('{60000}'), sluice.histogram_of('{50}')`)
  const page = await browser.open(server, '/')
  await page.getByRole('img', { name: 'Wait for a slot' }).waitFor()
  // The middle of the chart: neither its axis nor what ended a moment ago.
  const drawn = (): Promise<number> =>
    page.evaluate<number>(`(() => {
      const canvas = document.querySelector('[aria-label="Wait for a slot"] canvas')
      const { width, height } = canvas
      const { data } = canvas.getContext('2d').getImageData(width * 0.3, 0, width * 0.4, height * 0.75)
      const isColoured = (i) =>
        data[i + 3] > 200 && Math.max(...data.slice(i, i + 3)) - Math.min(...data.slice(i, i + 3)) > 60
      return Array.from({ length: data.length / 4 }, (_, pixel) => isColoured(pixel * 4)).filter(Boolean).length
    })()`)
  await expect.poll(drawn).toBeGreaterThan(5)
})
