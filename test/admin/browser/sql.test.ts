import { afterAll, expect, test } from 'vitest'
import { startServer } from '../../helpers/app.ts'
import { openBrowser, takePicture } from '../../helpers/browser.ts'
import { createDatabase, createSource } from '../../helpers/database.ts'
import { startWorker } from '../../helpers/worker.ts'
import { seriousFindings } from './axe.ts'

const database = await createDatabase()
await createSource(database, {
  setup: `
    create table visitors as
    select n as id, 'visitor ' || n as name, jsonb_build_object('n', n, 'exact', 12345678901234567890) as facts
    from generate_series(1, 300000) n`,
})
const server = await startServer(database)
const worker = await startWorker(database)
const browser = await openBrowser()
afterAll(async () => {
  await worker.stop()
  await server.close()
})

type Page = Awaited<ReturnType<typeof browser.open>>

async function write(page: Page, sql: string): Promise<void> {
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(sql)
}

test('tables and their columns are completed', async () => {
  const page = await browser.open(server, '/sql')
  await page.getByText('visitors').waitFor()
  await page.locator('.cm-content').click()
  await page.keyboard.type('select  from visitors')
  for (let i = 0; i < ' from visitors'.length; i++) await page.keyboard.press('ArrowLeft')
  await page.keyboard.type('na')
  await page.locator('.cm-tooltip-autocomplete').getByText('name', { exact: true }).click()
  expect(await page.locator('.cm-content').textContent()).toBe('select name from visitors')
})

test('a statement runs by keyboard, and its result is paged through without loading it whole', async () => {
  const page = await browser.open(server, '/sql')
  await page.getByLabel('Rows').selectOption('all')
  await write(page, 'select * from visitors order by id')
  await page.keyboard.press('Control+Enter')
  const grid = page.getByRole('grid', { name: 'Result' })
  await grid.getByText('visitor 1', { exact: true }).waitFor()
  await page.getByText('300,000 rows').waitFor()
  await takePicture(page, 'sql')
  const windows: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/result?')) windows.push(request.url())
  })
  await page.getByLabel('Go to row').fill('299,990')
  await page.keyboard.press('Enter')
  await grid.getByText('visitor 300000').waitFor()
  expect(windows.length).toBeGreaterThan(0)
  expect(windows.length).toBeLessThan(6)
  // The value is not rounded on its way through the browser.
  await grid.getByText('{"n":300000,"exact":12345678901234567890}').waitFor()
  expect(await grid.getByRole('row').count()).toBeLessThan(80)
})

test('the grid goes to any row of a large result, forth and back, by number and by key', async () => {
  const page = await browser.open(server, '/sql')
  await page.getByLabel('Rows').selectOption('all')
  await write(page, 'select n from generate_series(1, 600000) n')
  await page.keyboard.press('Control+Enter')
  await page.getByText('600,000 rows').waitFor()
  const grid = page.getByRole('grid', { name: 'Result' })
  const isInView = async (row: number): Promise<void> => {
    const cell = grid.getByRole('gridcell', { name: String(row), exact: true })
    await cell.waitFor()
    await expect.poll(async () => (await cell.boundingBox())?.y).toBeLessThan(page.viewportSize()!.height)
  }
  for (const row of [560_000, 240_000, 500_001]) {
    await page.getByLabel('Go to row').fill(String(row))
    await page.keyboard.press('Enter')
    await isInView(row)
  }
  await grid.getByRole('gridcell', { name: '500001', exact: true }).click()
  await page.keyboard.press('ArrowUp')
  await isInView(500_000)
  expect(await grid.locator('[aria-selected=true]').textContent()).toBe('500000')
})

test('cells are walked by keyboard, and Enter shows all of one', async () => {
  const page = await browser.open(server, '/sql')
  await write(page, `select repeat('long ', 500) as words, 2 as b union all select 'short', null`)
  await page.keyboard.press('Control+Enter')
  const grid = page.getByRole('grid', { name: 'Result' })
  await grid.getByText('short').waitFor()
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'words' })
  expect((await dialog.locator('pre').textContent())?.trim()).toHaveLength(2499)
  await page.keyboard.press('Escape')
  await expect.poll(() => dialog.count()).toBe(0)
})

test('of a very long value the beginning is shown, and all of it copied', async () => {
  const page = await browser.open(server, '/sql')
  await write(page, `select repeat('0123456789', 30000) as digits`)
  await page.keyboard.press('Control+Enter')
  await page.getByRole('grid').getByText('0123456789').first().dblclick()
  const dialog = page.getByRole('dialog', { name: 'digits' })
  await dialog.getByText('The first 100,000 of 300,000 characters.').waitFor()
  expect(await dialog.locator('pre').textContent()).toHaveLength(100_000)
  await dialog.getByRole('button', { name: 'Copy the value' }).click()
  await dialog.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate<number>('navigator.clipboard.readText().then((text) => text.length)')).toBe(300_000)
})

test('of several statements that at the cursor runs; what is wrong in it is marked in its place', async () => {
  const page = await browser.open(server, '/sql')
  await write(page, `select 1 as first;\nselect '🦫', wrong from visitors`)
  await page.keyboard.press('Control+Enter')
  await page.getByText('column "wrong" does not exist').first().waitFor()
  expect(await page.locator('.cm-lintRange-error').textContent()).toBe('wrong')
  // The same after a look at another page.
  await page.getByRole('link', { name: 'Lanes' }).click()
  await page.getByRole('heading', { name: 'Lanes' }).waitFor()
  await page.getByRole('link', { name: 'SQL' }).click()
  await page.getByText('column "wrong" does not exist').first().waitFor()
  expect(await page.locator('.cm-lintRange-error').textContent()).toBe('wrong')
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('grid').getByText('first').waitFor()
})

test('a running statement is canceled from the SQL page, also after a look at another', async () => {
  const page = await browser.open(server, '/sql')
  await write(page, 'select pg_sleep(600)')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('region', { name: 'Result' }).getByText('Running').waitFor()
  await page.getByRole('link', { name: 'Storage' }).click()
  await page.getByRole('heading', { name: 'Storage' }).waitFor()
  await page.getByRole('link', { name: 'SQL' }).click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('Canceled', { exact: true }).waitFor()
  expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0)
})

test('where there is nothing to run, or to copy, the page says so', async () => {
  const page = await browser.open(server, '/sql', { refusals: true })
  await write(page, ';;;')
  await page.keyboard.press('Control+Enter')
  await page.getByText('There is no statement to run').waitFor()
  await page.goto(`${server.url}/admin/sql?from=01a1fc30-fdc8-7857-b3b8-af48009814bb`)
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toContain('01a1fc30-fdc8-7857-b3b8-af48009814bb')
})

test('the search of the editor can be read in the dark', async () => {
  const page = await browser.open(server, '/sql', { colorScheme: 'dark' })
  await write(page, 'select 1')
  await page.keyboard.press('Control+f')
  await page.getByRole('button', { name: 'replace all' }).waitFor()
  // Over a picture nobody could measure the contrast.
  const pictures = `[...document.querySelectorAll('.cm-search *')].filter((node) => getComputedStyle(node).backgroundImage !== 'none').length`
  expect(await page.evaluate<number>(pictures)).toBe(0)
  expect(await seriousFindings(page)).toEqual([])
})

test('a statement without columns says so', async () => {
  const page = await browser.open(server, '/sql')
  await write(page, 'select from visitors limit 2')
  await page.keyboard.press('Control+Enter')
  await page.getByText('The statement returned no columns.').waitFor()
  expect(await page.getByRole('status').getByText('2 rows').count()).toBe(1)
})

test('a result is downloaded as a file', async () => {
  const page = await browser.open(server, '/sql')
  await write(page, 'select id, name from visitors order by id limit 2')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Download' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()])
  expect(download.suggestedFilename()).toMatch(/\.csv$/)
  const text = await new Response((await download.createReadStream()) as never).text()
  expect(text.replaceAll('\r', '')).toBe('id,name\n1,visitor 1\n2,visitor 2\n')
})

test('a copy of a query comes into the editor with its parameters', async () => {
  const body = { sql: 'select $1::int8 + 1 as sum', params: [{ type: 'int8', value: '41' }] }
  const { json } = await server.request('POST', '/v1/queries?wait=20', body)
  const page = await browser.open(server, `/queries/${json.id as string}`)
  await page.getByRole('heading', { name: 'Parameters' }).waitFor()
  await page.getByRole('button', { name: 'Edit a copy' }).click()
  await page.getByText('select $1::int8 + 1 as sum').waitFor()
  await page.getByRole('button', { name: 'Run' }).click()
  await page.getByRole('grid').getByText('42').waitFor()
  expect(await page.getByText('1 parameter of the copied query').count()).toBe(1)
})
