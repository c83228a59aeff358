import { afterAll, expect, test } from 'vitest'
import { startServer } from '../../helpers/app.ts'
import { openBrowser } from '../../helpers/browser.ts'
import { createDatabase, createSource } from '../../helpers/database.ts'

const database = await createDatabase()
await createSource(database)
const server = await startServer(database)
const browser = await openBrowser()
afterAll(() => server.close())
for (const mark of ['first', 'second', 'third'])
  await server.request('POST', '/v1/queries', { sql: `select '${mark}'` })

test('? lists the keys, and the keys do what it says', async () => {
  const page = await browser.open(server, '/queries')
  await page.getByText(`select 'third'`).waitFor()
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keys' })
  for (const text of ['Lanes', 'Search', 'Next query', 'Open the query']) await help.getByText(text).waitFor()
  await page.keyboard.press('Escape')

  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByText('1 query selected').waitFor()
  await page.keyboard.press('k')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByText(`select 'second'`).waitFor()
  await page.keyboard.press('c')
  await page.getByRole('dialog', { name: 'Cancel this query?' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('l')
  await page.getByRole('heading', { name: 'Lanes' }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('q')
  await page.getByText(`select 'first'`).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('first')
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  expect(page.url()).toContain('q=first')
})

test('Tab reaches everything, beginning with the way past the navigation', async () => {
  const page = await browser.open(server, '/lanes')
  await page.getByRole('heading', { name: 'Lanes' }).waitFor()
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Add a lane')
})
