import { afterAll, describe, expect, test } from 'vitest'
import { startServer } from '../../helpers/app.ts'
import { openBrowser, takePicture } from '../../helpers/browser.ts'
import { createDatabase, createSource } from '../../helpers/database.ts'
import { insertSchedule } from '../../helpers/schedules.ts'
import { startWorker } from '../../helpers/worker.ts'
import { seriousFindings } from './axe.ts'
import { insertDay } from './day.ts'

/** Wider than their place, in words, and what can be done with a row but is out of sight. */
const overflows = `[
  ...[...document.querySelectorAll('html, .table-box, .facts, .chip')]
    .filter((node) => node.scrollWidth > node.clientWidth && getComputedStyle(node).textOverflow !== 'ellipsis')
    .map((node) => node.className + ' is ' + node.scrollWidth + ' px wide in ' + node.clientWidth),
  ...[...document.querySelectorAll('.table-box :is(button, a)')]
    .filter((node) => node.getBoundingClientRect().right > innerWidth)
    .map((node) => node.textContent + ' is out of sight'),
]`

const database = await createDatabase()
await createSource(database, {
  setup: `
    create table orders as
    select n as id, (array['DE', 'FR', 'GB', 'US', 'NL', 'ES'])[1 + n * n % 6] as country,
      (5 + n * 37 % 400 + 0.99)::numeric(10, 2) as amount, timestamptz '2026-11-01' + n * interval '97 seconds' as ordered_at
    from generate_series(1, 5000) n`,
})
const server = await startServer(database)
const worker = await startWorker(database)
const browser = await openBrowser()
afterAll(async () => {
  await worker.stop()
  await server.close()
})

const client = 'a-client-with-a-name-of-sixty-characters-and-no-place-to-break'
await server.request('POST', '/v1/webhooks', {
  name: 'room',
  url: 'https://room.example/hook',
  events: ['query.failed'],
})
const description = 'Long answers, each of which somebody waits for with a cup of coffee in hand, or two'
await server.request('PATCH', '/v1/lanes/reports', { description, concurrency: 8 })
await server.request('POST', `/v1/queries/cancel?q=${'unbreakable'.repeat(20)}`)
const ask = async (sql: string, lane = 'interactive', params?: unknown[], explain = false): Promise<string> =>
  (
    await server.request('POST', '/v1/queries?wait=20', {
      sql,
      lane,
      labels: { team: 'shop', client },
      explain,
      ...(params === undefined ? {} : { params }),
    })
  ).json.id as string
const byCountry = `select country, count(*) as orders, sum(amount) as turnover
from orders
where ordered_at >= $1::timestamptz
group by country
order by turnover desc`
await ask('select date_trunc($$day$$, ordered_at) as day, sum(amount) from orders group by 1 order by 1', 'reports')
const failed = await ask('select county, sum(amount) from orders group by 1', 'reports')
await ask('select * from orders order by amount desc limit 1000')
const succeeded = await ask(byCountry, 'interactive', ['2026-11-03T00:00:00Z'])
const explained = await ask(byCountry, 'interactive', ['2026-11-03T00:00:00Z'], true)
await insertSchedule(database.pool, { name: 'hourly', interval_seconds: 3600 })

await insertDay(database.pool)

interface PageCase {
  path: string
  shows: string
  /** Name of the picture of it in the documents. */
  picture?: string
}

/** Each page, with something that is only there once its data are. */
const pages: PageCase[] = [
  { path: '/', shows: 'Limits and pause', picture: 'overview' },
  { path: '/queries', shows: 'select * from orders', picture: 'queries' },
  { path: `/queries/${succeeded}`, shows: '4 rows', picture: 'query' },
  { path: `/queries/${explained}`, shows: 'Seq Scan on orders' },
  { path: `/queries/${failed}`, shows: 'column "county" does not exist' },
  { path: '/sql', shows: 'orders' },
  { path: '/workers', shows: '0 / 16' },
  { path: '/lanes', shows: 'Short queries that somebody waits for.' },
  { path: '/sources', shows: '127.0.0.1:' },
  { path: '/schedules', shows: 'every 1 h' },
  { path: '/schedules/hourly', shows: 'It has not fired yet.' },
  { path: '/alerts', shows: 'Send now' },
  { path: '/storage', shows: 'under an hour' },
  { path: '/activity', shows: 'lane.change' },
]

describe.each([
  { how: 'light', suffix: '', options: {} },
  {
    how: 'dark, on a phone',
    suffix: '-phone',
    options: { colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true },
  },
] as const)('$how', ({ suffix, options }) => {
  const kept = browser.keep(server, options)
  afterAll(() => kept.close())
  test.each(pages)(
    '$path shows its data, fits, and axe finds nothing serious',
    async ({ path, shows, picture }: PageCase) => {
      const page = await kept.at(path)
      await page.getByText(shows).first().waitFor()
      expect(await page.evaluate(overflows)).toEqual([])
      expect(await seriousFindings(page)).toEqual([])
      if (picture !== undefined && (suffix === '' || path === '/')) await takePicture(page, `${picture}${suffix}`)
    },
  )
})

test('light and dark are those of the system until one is chosen, which is kept', async () => {
  const page = await browser.open(server, '/lanes', { colorScheme: 'dark' })
  const background = (): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
  const dark = await background()
  await page.getByTitle('Light').click()
  await expect.poll(background).not.toBe(dark)
  const light = await background()
  await page.reload()
  await page.getByText('Lanes').first().waitFor()
  await expect.poll(background).toBe(light)
})

test('an address that does not exist says so', async () => {
  const page = await browser.open(server, '/nowhere')
  await page.getByText('There is no such page').waitFor()
  expect(await page.title()).toContain('Sluice')
})
