import { afterAll, describe, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase } from '../helpers/database.ts'

const database = await createDatabase()
await database.pool.query(
  `insert into sluice.sources (name, host, database, username) values ('default', 'localhost', 'nowhere', 'nobody')`,
)
const server = await startServer(database)
afterAll(() => server.close())

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

/** Bodies as text: some of them no JSON.stringify would write. */
const unstorable = {
  'a NUL in a parameter': String.raw`{"sql":"select $1","params":["a\u0000b"]}`,
  'a NUL in a typed parameter': String.raw`{"sql":"select $1","params":[{"type":"text","value":"\u0000"}]}`,
  'a NUL inside a parameter': String.raw`{"sql":"select $1","params":[{"a":["\u0000"]}]}`,
  'a NUL in a key of a parameter': String.raw`{"sql":"select $1","params":[{"\u0000":1}]}`,
  'half a surrogate pair in a parameter': String.raw`{"sql":"select $1","params":["\ud83d"]}`,
  'half a surrogate pair in SQL': String.raw`{"sql":"select '\ud83d'"}`,
  'a NUL in SQL': String.raw`{"sql":"select '\u0000'"}`,
  'a NUL in a label': String.raw`{"sql":"select 1","labels":{"a":"\u0000"}}`,
  'half a surrogate pair in the name of a label': String.raw`{"sql":"select 1","labels":{"\udc00":"a"}}`,
  'a number beyond a double': `{"sql":"select $1","params":[1e400]}`,
  'a parameter of 20,000 levels': `{"sql":"select $1","params":[${nested(20_000)}]}`,
}

async function post(body: string): Promise<{ status: number; code?: string }> {
  const answer = await fetch(`${server.url}/v1/queries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return { status: answer.status, ...((await answer.json()) as { code?: string }) }
}

describe('what PostgreSQL cannot store is refused with 400', () => {
  test.each(Object.entries(unstorable))('%s', async (_, body) => {
    expect(await post(body)).toMatchObject({ status: 400, code: 'invalid_request' })
  })

  test('and does not keep the requests beside it from being accepted', async () => {
    const good = Array.from({ length: 20 }, () => '{"sql":"select 1"}')
    const answers = await Promise.all([...good, ...Object.values(unstorable), ...good].map(post))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.slice(0, 20)).toEqual(good.map(() => 202))
    expect(statuses.slice(-20)).toEqual(good.map(() => 202))
  })
})

test('what it can store is accepted', async () => {
  const body = {
    sql: `select $1 -- 🚀`,
    params: ['🚀', [nested(90)], 1.7976931348623157e308, { 'ü ': null }],
    labels: { '🚀': 'ü' },
  }
  expect(await post(JSON.stringify(body))).toMatchObject({ status: 202 })
})
