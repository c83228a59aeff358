import { afterAll, beforeAll, expect, test } from 'vitest'
import { rollUp } from '../../src/queries/statistics.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase } from '../helpers/database.ts'
import { insertHistory } from '../helpers/history.ts'

const database = await createDatabase()
const server = await startServer(database)
const long = 2_500
afterAll(() => server.close())
beforeAll(async () => {
  await insertHistory(database.pool, { long, oldest: `select 'the NEEDLE in the hay'` })
  await rollUp(database.pool)
})

interface Page {
  queries: { sql: string; submitted_at: string }[]
  cursor: string | null
  searched_until: string | null
}

/** Every answer to a question, until one has no cursor. */
async function answers<T extends { cursor: string | null }>(path: string): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null = null
  do {
    const { status, json } = await server.request('GET', `${path}${cursor === null ? '' : `&cursor=${cursor}`}`)
    expect(status).toBe(200)
    all.push(json as unknown as T)
    cursor = all.at(-1)!.cursor
  } while (cursor !== null)
  return all
}

test('a search that takes long answers with what it has, and goes on from there until nothing was missed', async () => {
  const pages = await answers<Page>('/v1/queries?q=needle&limit=10')
  expect(pages.length).toBeGreaterThan(1)
  expect(pages[0]).toMatchObject({ queries: [], searched_until: expect.stringMatching(/^\d{4}-/) as string })
  const times = pages.slice(0, -1).map(({ searched_until: until }) => until!)
  expect(times).toEqual(times.toSorted().toReversed())
  expect(pages.at(-1)!.searched_until).toBeNull()
  expect(pages.flatMap(({ queries }) => queries).map(({ sql }) => sql)).toEqual([`select 'the NEEDLE in the hay'`])
})

test('its count is told in parts, which add up', async () => {
  const parts = await answers<{ count: number; complete: boolean; cursor: string | null }>(
    '/v1/queries/count?q=its+end',
  )
  expect(parts.length).toBeGreaterThan(1)
  expect(parts.map(({ complete }) => complete)).toEqual(parts.map((_, i) => i === parts.length - 1))
  expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(long)
})

test('an export and an action on all that match wait for the whole search', async () => {
  const exported = await fetch(`${server.url}/v1/queries/export?q=needle&format=csv`)
  expect((await exported.text()).trim().split('\n')).toHaveLength(2)
  const counted = await server.request('POST', '/v1/queries/retry?q=needle&dry_run=true')
  expect(counted.json).toMatchObject({ matching: 0 })
})
