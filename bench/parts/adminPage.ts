import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { packageRoot } from '../../src/packageRoot.ts'
import { chromiumPath } from '../../test/helpers/chromium.ts'
import { fillHistory } from '../longHistory.ts'
import { median } from '../statistics.ts'
import type { PartContext } from './context.ts'

/** What the admin page takes in a real browser, with a long history. */
export interface AdminPageFigures {
  queries: number
  /** Of the overview, from the request for the page: its first contentful paint; when its figures stand there. */
  paint: { firstMs: number[]; shownMs: number[] }
  /** Of the list: from the last key, and from the request that follows it, to the painted rows. */
  filter: { what: string; fromKeyMs: number[]; fromRequestMs: number[] }[]
  /** Statements of the server while so many look at a page, and while nobody does; none where PostgreSQL's log is not at hand. */
  load: { view: string; viewers: number; perSecond: number; withoutPerSecond: number }[]
}

const repetitions = 11
const viewport = { width: 1280, height: 800 }
const searches = [
  ['text in all', 'dashboard'],
  ['text in one of a thousand', '28dd2c79'],
  ['text of few, the oldest', 'needle_1'],
  ['text that is nowhere', 'not there'],
] as const
const views = ['/', '/queries', '/workers', '/lanes', '/alerts', '/storage'] as const
const manyViewers = 5

/** (k) The admin page in Chromium, with 1,000,000 ended queries. */
export async function measureAdminPage(context: PartContext): Promise<AdminPageFigures> {
  const { stack, quick, signal, say } = context
  if (chromiumPath === undefined) throw new Error('There is no Chromium: name it with CHROMIUM_PATH.')
  const queries = quick ? 100_000 : 1_000_000
  await promisify(execFile)(process.execPath, [join(packageRoot, 'scripts', 'buildAdmin.ts')])
  await fillHistory(stack.control, queries, signal)
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  const abort = (): void => void browser.close()
  signal.addEventListener('abort', abort, { once: true })
  try {
    const paint = await measurePaint(browser, context)
    say(
      `  overview: first paint ${median(paint.firstMs).toFixed(0)} ms, figures ${median(paint.shownMs).toFixed(0)} ms`,
    )
    const filter = await measureFilter(browser, context)
    const load = await measureLoad(browser, context)
    return { queries, paint, filter, load }
  } finally {
    signal.removeEventListener('abort', abort)
    await browser.close()
  }
}

/** A profile with an empty cache that is logged in. */
async function logIn(browser: Browser, { stack }: PartContext): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport })
  const answer = await context.request.post(`${stack.url}/v1/session`, { data: { key: stack.apiKey, name: 'bench' } })
  if (!answer.ok()) throw new Error(`The login was answered with ${answer.status()}.`)
  return context
}

async function measurePaint(browser: Browser, context: PartContext): Promise<AdminPageFigures['paint']> {
  const firstMs: number[] = []
  const shownMs: number[] = []
  for (let i = 0; i < repetitions; i++) {
    const profile = await logIn(browser, context)
    const page = await profile.newPage()
    await page.goto(`${context.stack.url}/admin/`)
    await page.getByText('Limits and pause').waitFor()
    const [first, shown] = await page.evaluate<[number, number]>(
      `[performance.getEntriesByName('first-contentful-paint')[0].startTime, performance.now()]`,
    )
    firstMs.push(first)
    shownMs.push(shown)
    await profile.close()
  }
  return { firstMs, shownMs }
}

async function measureFilter(browser: Browser, context: PartContext): Promise<AdminPageFigures['filter']> {
  const profile = await logIn(browser, context)
  const page = await profile.newPage()
  const figures: AdminPageFigures['filter'] = []
  for (const [what, text] of searches) {
    const fromKeyMs: number[] = []
    const fromRequestMs: number[] = []
    for (let i = 0; i < repetitions; i++) {
      const { fromKey, fromRequest } = await timeSearch(page, context.stack.url, text)
      fromKeyMs.push(fromKey)
      fromRequestMs.push(fromRequest)
    }
    figures.push({ what, fromKeyMs, fromRequestMs })
    context.say(
      `  list, ${what}: ${median(fromKeyMs).toFixed(0)} ms from the key, ${median(fromRequestMs).toFixed(0)} ms from the request`,
    )
  }
  await profile.close()
  return figures
}

/**
 * Types a text into the search of the list: how long until the answer was there and its rows,
 * or their absence, were painted.
 */
async function timeSearch(page: Page, url: string, text: string): Promise<{ fromKey: number; fromRequest: number }> {
  await page.goto(`${url}/admin/queries`)
  await page.getByRole('row').nth(1).waitFor()
  await page.evaluate(`void (window.found = new Promise((resolve) => {
    const text = ${JSON.stringify(text)}
    const answers = () => performance.getEntriesByType('resource').filter(({ name }) =>
      new URL(name).pathname === '/v1/queries' && new URL(name).searchParams.get('q') === text)
    let pressedAt
    document.querySelector('input[type=search]').addEventListener('input', () => { pressedAt = performance.now() }, { capture: true })
    const isDone = () => {
      const rows = [...document.querySelectorAll('.query-table-body .query-row')]
      return document.querySelector('.empty') !== null ||
        (rows.length > 0 && rows.every((row) => row.textContent.toLowerCase().includes(text)))
    }
    const look = () => {
      const [answer] = answers()
      if (answer === undefined || !isDone()) return requestAnimationFrame(look)
      // What the answer made of the page is painted by the frame after the next.
      requestAnimationFrame(() => requestAnimationFrame((now) =>
        resolve({ fromKey: now - pressedAt, fromRequest: now - answer.startTime })))
    }
    requestAnimationFrame(look)
  }))`)
  await page.getByLabel('Search in SQL').fill(text)
  const found = await page.evaluate<{ fromKey: number; fromRequest: number }>('window.found')
  // Answers of a second are shared.
  await delay(1_100)
  return found
}

async function measureLoad(browser: Browser, context: PartContext): Promise<AdminPageFigures['load']> {
  const { stack, quick, signal } = context
  const { control, logFile } = stack
  if (logFile === undefined) return []
  const seconds = quick ? 10 : 30
  const stop = new AbortController()
  const busy = submitEachSecond(context, stop.signal)
  // Told by the wait for it at the end.
  busy.catch(() => undefined)
  const figures: AdminPageFigures['load'] = []
  await control.query(`alter system set log_statement = 'all'`)
  await control.query(`alter system set log_line_prefix = '%a|'`)
  await control.query('select pg_reload_conf()')
  try {
    await delay(2_000, undefined, { signal })
    const withoutPerSecond = await statementsPerSecond(logFile, seconds, signal)
    for (const view of views) {
      for (const viewers of [1, manyViewers]) {
        const profiles = await Promise.all(Array.from({ length: viewers }, () => logIn(browser, context)))
        for (const profile of profiles) await (await profile.newPage()).goto(`${stack.url}/admin${view}`)
        // What a page reads once is not what it costs to look at it.
        await delay(5_000, undefined, { signal })
        const perSecond = await statementsPerSecond(logFile, seconds, signal)
        figures.push({ view, viewers, perSecond, withoutPerSecond })
        context.say(
          `  ${view}, ${viewers} viewers: ${(perSecond - withoutPerSecond).toFixed(2)} statements a second more than ${withoutPerSecond.toFixed(2)}`,
        )
        for (const profile of profiles) await profile.close()
      }
    }
  } finally {
    await control.query('alter system reset all')
    await control.query('select pg_reload_conf()')
    stop.abort()
    await busy
  }
  return figures
}

/** So that something happens that a page must show. */
async function submitEachSecond({ stack }: PartContext, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fetch(`${stack.url}/v1/queries`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sql: 'select 1' }),
    })
    await delay(1_000, undefined, { signal }).catch(() => undefined)
  }
}

/** Statements of the server in PostgreSQL's log, without those that begin or end a transaction. */
async function statementsPerSecond(logFile: string, seconds: number, signal: AbortSignal): Promise<number> {
  const from = (await stat(logFile)).size
  const startedAt = performance.now()
  await delay(seconds * 1000, undefined, { signal })
  const took = (performance.now() - startedAt) / 1000
  const text = (await readFile(logFile)).subarray(from).toString()
  const statements = text.matchAll(
    /^sluice server[^|]*\|LOG: {2}(?:statement|execute [^:]*):(?!\s*(?:begin|commit|rollback))/gim,
  )
  return [...statements].length / took
}
