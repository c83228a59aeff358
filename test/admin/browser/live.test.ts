import { afterAll, expect, test } from 'vitest'
import { startServer } from '../../helpers/app.ts'
import { openBrowser } from '../../helpers/browser.ts'
import { createDatabase, createSource } from '../../helpers/database.ts'
import { eventually } from '../../helpers/eventually.ts'
import { stateOf } from '../../helpers/runs.ts'
import { startWorker } from '../../helpers/worker.ts'

const database = await createDatabase()
await createSource(database)
const server = await startServer(database)
const worker = await startWorker(database)
const browser = await openBrowser()
afterAll(async () => {
  await worker.stop()
  await server.close()
})

const submit = async (sql: string): Promise<string> =>
  (await server.request('POST', '/v1/queries', { sql })).json.id as string

test('a query that others submit comes into the list, and ends there, without a reload', async () => {
  const page = await browser.open(server, '/queries')
  await page.getByText('No query yet').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  const id = await submit(`select 'seen', pg_sleep(600)`)
  const row = page.getByRole('row').filter({ hasText: `select 'seen'` })
  await row.getByText('Running').waitFor()
  await server.request('POST', `/v1/queries/${id}/cancel`)
  await row.getByText('Canceled').waitFor()
  expect(await row.count()).toBe(1)
})

test('events that stop are made up for by reading again, and go on when the server is back', async () => {
  let other = await startServer(database)
  try {
    const page = await browser.open(other, '/queries', { refusals: true })
    await page.getByText('Live', { exact: true }).waitFor()
    const overview = await browser.open(other, '/', { refusals: true })
    await overview.getByText('Live', { exact: true }).waitFor()
    await other.close()
    await page.getByText('Away').waitFor()
    await overview.getByText('Away').waitFor()
    await submit(`select 'meanwhile'`)
    other = await startServer(database, { settings: { SLUICE_PORT: new URL(other.url).port } })
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText(`select 'meanwhile'`).waitFor()
    expect(await page.getByText('Away').count()).toBe(0)
    await overview.getByText('Live', { exact: true }).waitFor()
  } finally {
    await other.close()
  }
})

test('where no events come through, the page reads again by the clock', async () => {
  const page = await browser.open(server, '/queries', { refusals: true })
  await page.route('**/v1/events?*', (route) => route.abort())
  await page.reload()
  await page.getByText('Every 2 s').waitFor()
  await submit(`select 'by the clock'`)
  await page.getByText(`select 'by the clock'`).waitFor()
  expect(await page.getByText('Live', { exact: true }).count()).toBe(0)
})

test('a running query is canceled from its page, which asks first', async () => {
  const id = await submit('select pg_sleep(600)')
  const page = await browser.open(server, `/queries/${id}`)
  await page.getByRole('main').getByText('Running').first().waitFor()
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Cancel this query?' })
  await dialog.getByRole('button', { name: 'Keep as it is' }).click()
  await expect.poll(() => dialog.count()).toBe(0)
  expect(await stateOf(database.pool, id)).toBe('running')
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await dialog.getByRole('button', { name: 'Cancel the query' }).click()
  await page.getByText('Canceled').first().waitFor()
  expect(await stateOf(database.pool, id)).toBe('canceled')
})

test('selected queries are canceled together, and all that match a filter', async () => {
  const ids = await Promise.all(['a', 'b', 'c'].map((mark) => submit(`select 'many ${mark}', pg_sleep(600)`)))
  const page = await browser.open(server, '/queries?q=many')
  for (const mark of ['a', 'b']) {
    await page
      .getByRole('row')
      .filter({ hasText: `many ${mark}` })
      .getByRole('checkbox')
      .check()
  }
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await page.getByRole('button', { name: 'Cancel 2 queries' }).click()
  await page.getByText('2 queries canceled').waitFor()
  await page.getByRole('button', { name: 'All that match' }).click()
  await page.getByRole('button', { name: 'Cancel …' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.textContent()).toContain('SQL with “many”')
  await dialog.getByRole('button', { name: 'Cancel all that match' }).click()
  await page.getByText('1 query canceled').waitFor()
  await eventually(async () =>
    expect(await Promise.all(ids.map((id) => stateOf(database.pool, id)))).toEqual([
      'canceled',
      'canceled',
      'canceled',
    ]),
  )
})

test('a lane is paused after a question, and what was done stands in the log', async () => {
  const page = await browser.open(server, '/lanes')
  const row = page.getByRole('row').filter({ hasText: 'reports' })
  await row.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('button', { name: 'Pause it' }).click()
  await row.getByText('paused').waitFor()
  await row.getByRole('button', { name: 'Resume' }).click()
  await expect.poll(() => row.getByText('paused').count()).toBe(0)
  await row.getByRole('button', { name: 'Change reports' }).click()
  await page.getByLabel('Run at one time').fill('7')
  await page.getByRole('button', { name: 'Change the lane' }).click()
  await row.getByText('/ 7').waitFor()
  await page.goto(`${server.url}/admin/activity`)
  await page.getByRole('row').filter({ hasText: 'lane.change' }).getByText('"concurrency":7').waitFor()
  expect(await page.getByRole('row').filter({ hasText: 'lane.pause' }).textContent()).toContain('reports')
})
