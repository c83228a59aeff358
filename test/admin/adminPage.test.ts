import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { buildAdminPage } from '../helpers/browser.ts'
import { createDatabase } from '../helpers/database.ts'

await buildAdminPage()
const database = await createDatabase()
const server = await startServer(database, { apiKey: 'k'.repeat(40) })
afterAll(() => server.close())

test('the page comes without a login, under a policy that lets it load from this server alone', async () => {
  const { status, headers, body } = await server.request('GET', '/admin')
  expect(status).toBe(200)
  const policy = Object.fromEntries(
    headers
      .get('content-security-policy')!
      .split('; ')
      .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1)]),
  ) as Record<string, string[]>
  const nonce = /nonce="([^"]+)"/.exec(body.toString())![1]
  expect(policy).toEqual({
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", `'nonce-${nonce}'`],
    'connect-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  })
  expect(headers.get('cache-control')).toBe('no-store')
})

test('every answer has a nonce of its own', async () => {
  const nonces = await Promise.all(
    [1, 2].map(async () => /nonce="([^"]+)"/.exec((await server.request('GET', '/admin')).body.toString())![1]),
  )
  expect(new Set(nonces).size).toBe(2)
})

test('addresses below it are the same page, whose script reads them', async () => {
  const { body } = await server.request('GET', '/admin/queries/01a1fc30-fdc8-7857-b3b8-af48009814bb')
  expect(body.toString()).toContain('<div id="root">')
})

test('the page names nothing of another server', async () => {
  const { body } = await server.request('GET', '/admin')
  expect(body.toString()).not.toMatch(/(src|href)="(https?:)?\/\//)
})

test('its files are kept by browsers for ever, and come compressed', async () => {
  const document = (await server.request('GET', '/admin')).body.toString()
  const files = [...document.matchAll(/"(\/admin\/assets\/[^"]+\.(js|css))"/g)].map(([, path]) => path!)
  expect(files.length).toBeGreaterThanOrEqual(2)
  for (const file of files) {
    for (const encoding of ['br', 'gzip']) {
      const answer = await server.request('HEAD', file, undefined, { 'accept-encoding': encoding })
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-encoding': encoding,
        vary: 'accept-encoding',
      })
    }
  }
})

test.each([
  '/admin/assets/nope.js',
  '/admin/assets/',
  '/admin/assets/..%2findex.html',
  '/admin/assets/..%2f.built-from',
])('there is nothing at %s', async (path) => {
  expect((await server.app.inject({ method: 'GET', url: path })).statusCode).toBeGreaterThanOrEqual(400)
})
