import { afterAll, expect, test } from 'vitest'
import { rollUp } from '../../../src/queries/statistics.ts'
import { startServer } from '../../helpers/app.ts'
import { openBrowser } from '../../helpers/browser.ts'
import { createDatabase } from '../../helpers/database.ts'
import { insertHistory } from '../../helpers/history.ts'

const database = await createDatabase()
await insertHistory(database.pool, { long: 2_500, oldest: `select 'the NEEDLE in the hay'` })
await rollUp(database.pool)
const server = await startServer(database)
const browser = await openBrowser()
afterAll(() => server.close())

test('a search that takes long says how far back it has come, goes on by itself, and finds what is old', async () => {
  const page = await browser.open(server, '/queries')
  await page.getByText('select a long list').first().waitFor()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const told: string[] = []
  await page.exposeFunction('tell', (text: string) => told.push(text))
  await page.evaluate(`new MutationObserver(() => {
    for (const status of document.querySelectorAll('[role=status]')) tell(status.textContent)
  }).observe(document.querySelector('.queries-page'), { subtree: true, childList: true, characterData: true })`)
  await page.getByLabel('Search in SQL').fill('needle')
  await page.getByText(`select 'the NEEDLE in the hay'`).waitFor()
  await expect.poll(() => page.getByText('Searched back to').count()).toBe(0)
  expect(told.filter((text) => text.startsWith('Searched back to'))).not.toEqual([])
  await expect.poll(() => page.getByRole('status').first().textContent()).toBe('1')
  expect(asked.filter((path) => path === '/v1/queries').length).toBeGreaterThan(1)
  expect(asked.filter((path) => path === '/v1/queries/count').length).toBeGreaterThan(1)
})

test('the Back button brings a search back, into its box, too', async () => {
  const page = await browser.open(server, '/queries')
  const box = page.getByLabel('Search in SQL')
  await box.fill('nowhere')
  await page.getByText('No query matches').waitFor()
  await page.getByRole('link', { name: 'Queries' }).click()
  await expect.poll(() => box.inputValue()).toBe('')
  await page.goBack()
  await expect.poll(() => box.inputValue()).toBe('nowhere')
  expect(new URL(page.url()).searchParams.get('q')).toBe('nowhere')
})

test('what is done right after a key of a search counts besides it', async () => {
  const page = await browser.open(server, '/queries')
  await page.getByText('select a long list').first().waitFor()
  await page.evaluate(`{
    window.type = (text) => {
      const box = document.querySelector('input[type=search]')
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, text)
      box.dispatchEvent(new Event('input', { bubbles: true }))
    }
    type('long')
    setTimeout(() => [...document.querySelectorAll('.choice-list label')].find((label) => label.textContent.includes('Succeeded')).click(), 20)
  }`)
  await expect.poll(() => new URL(page.url()).search).toMatch(/^\?(?=.*q=long)(?=.*state=succeeded)/)
  const row = page.getByRole('row').getByRole('link').first()
  const path = await row.getAttribute('href')
  await page.evaluate(`{
    type('longer')
    setTimeout(() => document.querySelector('.query-row a').click(), 20)
  }`)
  await page.getByRole('heading', { name: 'Timeline' }).waitFor()
  // Past the time that a search waits for another key.
  const later = page.evaluate<string>(
    'new Promise((resolve) => setTimeout(() => resolve(location.pathname + location.search), 300))',
  )
  expect(await later).toBe(path)
})

test('a search for what is nowhere ends, and says so only then', async () => {
  const page = await browser.open(server, '/queries?q=nowhere')
  await page.getByText('No query matches').waitFor()
  expect(await page.getByText('Searched back to').count()).toBe(0)
  await expect.poll(() => page.getByRole('status').first().textContent()).toBe('0')
})
