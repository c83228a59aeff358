import { afterAll, expect, test } from 'vitest'
import { cancel } from '../../src/queries/cancel.ts'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addLane, addWorker, outcomeOf, submit } from '../helpers/runs.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)
const server = await startServer(database)
afterAll(() => server.close())
const worker = await addWorker(pool)

interface Changes {
  queries: { id: string; state: string; progress: object }[]
  cursor: string
  complete: boolean
}

async function changes(cursor?: string, wait = 0): Promise<Changes> {
  const search = cursor === undefined ? '' : `?cursor=${cursor}&wait=${wait}`
  const answer = await server.request('GET', `/v1/queries/changes${search}`)
  expect(answer.status).toBe(200)
  return answer.json
}

const statesOf = ({ queries }: Changes): Record<string, string> =>
  Object.fromEntries(queries.map(({ id, state }) => [id, state]))

test('who follows changes sees each once, after what had not ended', async () => {
  const lane = await addLane(pool)
  const [first, second] = [await submit(pool, { lane }), await submit(pool, { lane })]
  const begin = await changes()
  expect(statesOf(begin)).toEqual({ [first]: 'queued', [second]: 'queued' })
  expect(begin.complete).toBe(true)
  const nothing = await changes(begin.cursor)
  expect(nothing.queries).toEqual([])
  await cancel(pool, first)
  const [claimed] = await claim(pool, worker, lane, 1, false)
  const then = await changes(nothing.cursor)
  expect(statesOf(then)).toEqual({ [first]: 'canceled', [second]: 'running' })
  // What runs is there each time, so that its progress is.
  expect((await changes(then.cursor)).queries).toEqual([
    { id: second, state: 'running', progress: { rows: 0, bytes: 0, chunks: 0 } },
  ])
  await finishMany(pool, [outcomeOf(claimed!, 'failed')])
  const end = await changes(then.cursor)
  expect(statesOf(end)).toEqual({ [second]: 'failed' })
  expect((await changes(end.cursor)).queries).toEqual([])
})

test('a change is not lost or told twice whose transaction ends after a later one', async () => {
  const lane = await addLane(pool)
  const { cursor } = await changes()
  const late = await pool.connect()
  await late.query('begin')
  const { rows } = await late.query<{ id: string }>('select sluice.submit($1, lane => $2) as id', ['select 1', lane])
  const later = await submit(pool, { lane })
  const before = await changes(cursor)
  expect(statesOf(before)).toEqual({ [later]: 'queued' })
  await late.query('commit')
  late.release()
  const after = await changes(before.cursor)
  expect(statesOf(after)).toEqual({ [rows[0]!.id]: 'queued' })
  expect((await changes(after.cursor)).queries).toEqual([])
})

test('a wait for changes is answered when something changes', async () => {
  const lane = await addLane(pool)
  const { cursor } = await changes()
  const waiting = changes(cursor, 60)
  const id = await submit(pool, { lane })
  expect(statesOf(await waiting)).toEqual({ [id]: 'queued' })
})

test('a cursor that was not given out is refused', async () => {
  for (const text of ['x', '"120"', '["120"]', '[120,null]', '["1.5",null]', '["120",["x"]]']) {
    const cursor = Buffer.from(text).toString('base64url')
    expect(await server.request('GET', `/v1/queries/changes?cursor=${cursor}`)).toMatchObject({
      status: 400,
      json: { code: 'invalid_cursor' },
    })
  }
})
