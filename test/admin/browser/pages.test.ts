import { afterAll, describe, expect, test } from 'vitest'
import { startServer } from '../../helpers/app.ts'
import { openBrowser } from '../../helpers/browser.ts'
import { createDatabase, createSource } from '../../helpers/database.ts'
import { startWorker } from '../../helpers/worker.ts'
import { seriousFindings } from './axe.ts'

const database = await createDatabase()
await createSource(database, { setup: `create table people as select 1::int8 as id, 'Ada' as name` })
const server = await startServer(database)
const worker = await startWorker(database)
const browser = await openBrowser()
afterAll(async () => {
  await worker.stop()
  await server.close()
})

const ask = async (sql: string): Promise<string> =>
  (await server.request('POST', '/v1/queries?wait=20', { sql, labels: { team: 'shop' } })).json.id as string
const succeeded = await ask('select * from people')
const failed = await ask('select nme from people')

/** Each page, with something that is only there once its data are. */
const pages = [
  { path: '/', shows: 'Limits and pause' },
  { path: '/queries', shows: 'select * from people' },
  { path: `/queries/${succeeded}`, shows: 'Ada' },
  { path: `/queries/${failed}`, shows: 'column "nme" does not exist' },
  { path: '/sql', shows: 'people' },
  { path: '/workers', shows: '0 / 16' },
  { path: '/lanes', shows: 'Short queries that somebody waits for.' },
  { path: '/sources', shows: '127.0.0.1:' },
  { path: '/activity', shows: 'Nothing was done yet' },
]

describe.each([
  { how: 'light', options: {} },
  { how: 'dark, on a phone', options: { colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true } },
] as const)('$how', ({ options }) => {
  test.each(pages)('$path shows its data, fits, and axe finds nothing serious', async ({ path, shows }) => {
    const page = await browser.open(server, path, options)
    await page.getByText(shows).first().waitFor()
    const [inside, outside] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    )
    expect(inside).toBeLessThanOrEqual(outside)
    expect(await seriousFindings(page)).toEqual([])
  })
})

test('a chart draws a value that stands alone', async () => {
  await database.pool.query(`
    insert into sluice.statistics_minutes (
      minute, lane, submitted, claimed, succeeded, failed, canceled, timed_out, rows, raw_bytes, wait_ms, run_ms,
      waits, runs)
    select date_trunc('minute', now()) - interval '30 minutes', 'default', 1, 1, 1, 0, 0, 0, 1, 8, 5, 50,
      sluice.histogram_of('{5}'), sluice.histogram_of('{50}')`)
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

test('light and dark are those of the system until one is chosen, which is kept', async () => {
  const page = await browser.open(server, '/lanes', { colorScheme: 'dark' })
  const background = (): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
  const dark = await background()
  await page.getByTitle('Light').click()
  expect(await background()).not.toBe(dark)
  const light = await background()
  await page.reload()
  await page.getByText('Lanes').first().waitFor()
  expect(await background()).toBe(light)
})

test('an address that does not exist says so', async () => {
  const page = await browser.open(server, '/nowhere')
  await page.getByText('There is no such page').waitFor()
  expect(await page.title()).toContain('Sluice')
})
