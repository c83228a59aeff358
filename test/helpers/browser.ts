/**
 * The admin page in a real browser:
 *
 *     const browser = await openBrowser()                // at the top level; closed after the file
 *     const page = await browser.open(server, '/queries')
 *     await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(1)
 *
 * Whatever the page's console reports as an error fails the test that opened it.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, vi } from 'vitest'
import { packageRoot } from '../../src/packageRoot.ts'
import { chromiumPath } from './chromium.ts'

/** A browser of one test file. */
export interface TestBrowser {
  /** Opens a page of the admin page in a fresh profile. */
  open(server: { url: string }, path: string, options?: OpenOptions): Promise<Page>
  /** The same for several tests: it is opened by the first, and goes to the path in each. */
  keep(server: { url: string }, options?: OpenOptions): KeptPage
}

export interface KeptPage {
  at(path: string): Promise<Page>
  close(): Promise<void>
}

export interface OpenOptions extends BrowserContextOptions {
  /** Requests of the page may be refused, or not reach the server. */
  refusals?: boolean
}

/** Ample also for a machine that does much else; what is waited for comes within a second or two. */
const waitMs = 30_000
const testTimeoutMs = 120_000
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts the browser; pages are closed after each test, the browser after the file.
 *
 * @param unauthorized the page may be refused for want of a login
 */
export async function openBrowser({ unauthorized = false } = {}): Promise<TestBrowser> {
  vi.setConfig({ testTimeout: testTimeoutMs })
  await buildAdminPage()
  const browser = await chromium.launch({ executablePath: chromiumPath!, args: flags })
  const complaints: string[] = []
  const kept = new Set<BrowserContext>()
  afterEach(async () => {
    for (const context of browser.contexts()) if (!kept.has(context)) await context.close()
    const found = complaints.splice(0)
    if (found.length > 0) throw new Error(`The page complained:\n${found.join('\n')}`)
  })
  afterAll(() => browser.close())
  const newPage = async (url: string, { refusals = false, ...options }: OpenOptions): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    })
    // Before the test's own time is over, so that the failure says what was waited for.
    context.setDefaultTimeout(waitMs)
    const page = await context.newPage()
    page.on('console', (message) => {
      if (message.type() !== 'error' || (unauthorized && message.text().includes('401'))) return
      if (refusals && message.text().startsWith('Failed to load resource')) return
      complaints.push(`${message.text()} (${message.location().url})`)
    })
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
        complaints.push(`a request to ${request.url()}`)
    })
    return page
  }
  return {
    async open({ url }, path, options = {}) {
      const page = await newPage(url, options)
      await page.goto(`${url}/admin${path}`)
      return page
    },
    keep({ url }, options = {}) {
      let page: Page | undefined
      return {
        async at(path) {
          if (page === undefined) {
            page = await newPage(url, options)
            kept.add(page.context())
          }
          await page.goto(`${url}/admin${path}`)
          return page
        },
        async close() {
          await page?.context().close()
        },
      }
    },
  }
}

/** Takes a picture for docs/admin.md, if ADMIN_PICTURES names a folder for them. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env['ADMIN_PICTURES']
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** Builds the page unless it is there. */
export async function buildAdminPage(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(packageRoot, 'scripts', 'buildAdmin.ts')])
}
