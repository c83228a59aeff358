import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase } from '../helpers/database.ts'

const database = await createDatabase()
const server = await startServer(database)
afterAll(() => server.close())

const shared = { 'cache-control': 'max-age=15' }

test('what many viewers ask for again and again is read once for all of them', async () => {
  const paused = async (headers = {}): Promise<boolean> =>
    (await server.request('GET', '/v1/lanes', undefined, headers)).json.lanes[0].paused
  expect(await paused(shared)).toBe(false)
  await server.request('POST', '/v1/lanes/default/pause')
  expect(await paused(shared)).toBe(false)
  // Who does not allow it sees what is.
  expect(await paused()).toBe(true)
  expect(await paused({ 'cache-control': 'max-age=0' })).toBe(true)
  expect(await paused({ 'cache-control': 'no-cache' })).toBe(true)
  await server.request('POST', '/v1/lanes/default/resume')
})

test('each question has an answer of its own', async () => {
  const actions = async (limit: string): Promise<number> =>
    (await server.request('GET', `/v1/audit?limit=${limit}`, undefined, shared)).json.actions.length
  expect([await actions('1'), await actions('2')]).toEqual([1, 2])
})
