import { afterAll, expect, test } from 'vitest'
import { startServer } from '../../helpers/app.ts'
import { openBrowser } from '../../helpers/browser.ts'
import { createDatabase } from '../../helpers/database.ts'
import { seriousFindings } from './axe.ts'

const apiKey = 'k'.repeat(40)
const database = await createDatabase()
const server = await startServer(database, { apiKey })
const readOnly = await startServer(database, { apiKey, settings: { SLUICE_ADMIN: 'read-only' } })
const browser = await openBrowser({ unauthorized: true })
afterAll(async () => {
  await readOnly.close()
  await server.close()
})

type Page = Awaited<ReturnType<typeof browser.open>>

async function logIn(page: Page, key = apiKey): Promise<void> {
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('API key').fill(key)
  await page.getByRole('button', { name: 'Log in' }).click()
}

test('the page asks for the key, takes the right one, and keeps it from scripts', async () => {
  const page = await browser.open(server, '/lanes')
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await logIn(page, 'not the key')
  await page.getByText('That is not the API key of this server.').waitFor()
  await logIn(page)
  await page.getByRole('heading', { name: 'Lanes' }).waitFor()
  await page.getByText('Ada').waitFor()
  const reachable = await page.evaluate<string>(
    'document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })',
  )
  expect(reachable).not.toContain('sluice_session')
  expect(reachable).not.toContain(apiKey)
  await page.reload()
  await page.getByRole('heading', { name: 'Lanes' }).waitFor()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
})

test('a login that has ended shows the form again', async () => {
  const page = await browser.open(server, '/lanes')
  await logIn(page)
  await page.getByRole('heading', { name: 'Lanes' }).waitFor()
  await page.context().clearCookies()
  await page.getByRole('link', { name: 'Sources' }).click()
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
  await logIn(page)
  await page.getByRole('heading', { name: 'Sources' }).waitFor()
  expect(page.url()).toBe(`${server.url}/admin/sources`)
})

test('read-only, the page shows everything and offers nothing', async () => {
  const page = await browser.open(readOnly, '/lanes')
  await logIn(page)
  await page.getByText('Read-only: you may look').waitFor()
  await page.getByText('Queries that name no lane.').waitFor()
  expect(await page.getByRole('button', { name: /Pause|Add|Change|Remove/ }).count()).toBe(0)
  for (const [link, shows] of [
    ['Schedules', 'No schedule yet'],
    ['Alerts & webhooks', 'More than 500 queries of a lane'],
    ['Queries', 'No query yet'],
  ] as const) {
    await page.getByRole('link', { name: link }).click()
    await page.getByText(shows).waitFor()
    expect(await page.getByRole('button', { name: /Pause|Add|Change|Remove|Send|Run|Cancel/ }).count()).toBe(0)
  }
  await page.getByRole('link', { name: 'SQL' }).click()
  expect(await page.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true)
})
