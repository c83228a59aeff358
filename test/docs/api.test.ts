import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventTypes } from '../../src/delivery/webhook.ts'
import { packageRoot } from '../../src/packageRoot.ts'
import { mediaTypes } from '../../src/server/negotiate.ts'
import { alertEvent, queryEvent } from '../../src/server/schemas/deliveries.ts'
import { submitBody } from '../../src/server/schemas/submit.ts'
import { tableRows } from './tables.ts'

const planned = '_(planned)_'
const rows = await tableRows('api.md')
const fields = rows.filter((row) => !row[1]!.includes('/'))
const formats = rows.filter((row) => row[1]!.includes('/'))

test('docs/api.md holds every field of a submission that is taken, and marks the others as planned', () => {
  const names = (marked: boolean): string[] =>
    fields
      .filter(([name]) => name!.includes(planned) === marked)
      .flatMap(([name]) => [...name!.matchAll(/`(\w+)`/g)].map(([, field]) => field!))
  expect(names(false).toSorted()).toEqual(Object.keys(submitBody.shape).toSorted())
  for (const name of names(true)) expect(submitBody.safeParse({ sql: 'select 1', [name]: 1 }).success).toBe(false)
})

test('docs/api.md holds every format with its media type, and marks the others as planned', () => {
  const there = formats.filter(([name]) => !name!.includes(planned)).map(([name, type]) => [name, type])
  expect(there).toEqual(Object.entries(mediaTypes).map(([name, { type }]) => [`\`${name}\``, `\`${type}\``]))
})

test('docs/api.md names every address that the server has', async () => {
  const text = await readFile(join(packageRoot, 'docs', 'api.md'), 'utf8')
  const { paths } = JSON.parse(await readFile(join(packageRoot, 'docs', 'openapi.json'), 'utf8')) as { paths: object }
  const missing = Object.keys(paths).filter((path) => !formsOf(path).some((form) => text.includes(form)))
  expect(missing).toEqual([])
})

test('the published contract describes every event that webhooks get', async () => {
  const { webhooks, components } = JSON.parse(await readFile(join(packageRoot, 'docs', 'openapi.json'), 'utf8')) as {
    webhooks: Record<
      string,
      { post: { requestBody: { content: { 'application/json': { schema: { $ref: string } } } } } }
    >
    components: { schemas: Record<string, { properties: { type: { enum: string[] } } }> }
  }
  expect(Object.keys(webhooks).toSorted()).toEqual(eventTypes.toSorted())
  for (const [type, { post }] of Object.entries(webhooks)) {
    const name = post.requestBody.content['application/json'].schema.$ref.split('/').at(-1)!
    expect(components.schemas[name]!.properties.type.enum).toContain(type)
  }
})

test('the bodies that docs/webhooks.md shows are of the published form', async () => {
  const text = await readFile(join(packageRoot, 'docs', 'webhooks.md'), 'utf8')
  const shown = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, body]) => JSON.parse(body!) as { type: string })
  expect(shown.map(({ type }) => type)).toEqual(['query.failed', 'alert.firing'])
  queryEvent.strict().parse(shown[0])
  alertEvent.strict().parse(shown[1])
})

/** How the page may write an address: whole, shortened at its start, with its sister, or by its collection. */
function formsOf(path: string): string[] {
  return [
    path,
    path.replace(/.*(?=\/result\/)/, '…'),
    path.replace(/(pause|resume)$/, 'pause|resume'),
    path.replace(/\/\{name\}$/, ''),
  ]
}
