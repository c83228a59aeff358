import { afterAll, expect, test } from 'vitest'
import { startServer } from '../../helpers/app.ts'
import { openBrowser } from '../../helpers/browser.ts'
import { createDatabase, createSource } from '../../helpers/database.ts'
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

for (const mark of ['first', 'second', 'third'])
  await server.request('POST', '/v1/queries?wait=20', { sql: `select 'the ${mark}' from missing` })
const good = (await server.request('POST', '/v1/queries?wait=20', { sql: 'select 7 as seven' })).json.id as string

test('a query is run again from its page, which asks first and goes to the new one', async () => {
  const page = await browser.open(server, `/queries/${good}`)
  await page.getByRole('button', { name: 'Run again' }).click()
  await page.getByRole('button', { name: 'Run it again' }).click()
  await page.getByRole('link', { name: `…${good.slice(-12)}` }).waitFor()
  await page.getByText('Succeeded').first().waitFor()
  const id = page.url().split('/').at(-1)
  expect((await server.request('GET', `/v1/queries/${id}`)).json).toMatchObject({ retry_of: good, state: 'succeeded' })
})

test('all that match are run again, after a question that tells how many they are', async () => {
  const page = await browser.open(server, '/queries?q=missing&state=failed&state=timed_out')
  await page.getByText(`'the third'`).waitFor()
  await page.getByRole('button', { name: 'All that match' }).click()
  await page.getByRole('button', { name: 'Run again …' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.textContent()).toMatch(/state failed or timed_out, SQL with “missing”\. These are 3 now/)
  await dialog.getByRole('button', { name: 'Run them again' }).click()
  await page.getByText('3 queries submitted again').waitFor()
  await expect.poll(() => page.getByRole('row').count()).toBe(7)
})

test('where nothing matches, an action on all that match cannot be taken', async () => {
  const page = await browser.open(server, '/queries?q=nowhere&span=toString&after=1900-01-01')
  await page.getByText('No query matches').waitFor()
  await page.getByRole('button', { name: 'All that match' }).click()
  await page.getByRole('button', { name: 'Run again …' }).click()
  await page.getByRole('dialog').getByText('There is none now.').waitFor()
  expect(await page.getByRole('button', { name: 'Run them again' }).isDisabled()).toBe(true)
})

test('the list is narrowed by time, and what it shows is exported', async () => {
  await database.pool.query(`update sluice.queries set submitted_at = now() - interval '2 hours' where id = $1`, [good])
  const page = await browser.open(server, '/queries')
  await page.getByRole('button', { name: 'Time' }).click()
  await page.getByLabel('last hour').check()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.url()).toContain('span=1h')
  await page.getByRole('button', { name: 'All that match' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export as CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('queries.csv')
  const text = await new Response((await download.createReadStream()) as never).text()
  expect(text).toContain(`select 'the third' from missing`)
  expect(text).not.toContain(good)
})
