import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { parseCsv } from '../results/rfc4180.ts'

const database = await createDatabase()
await createSource(database)
const server = await startServer(database)
afterAll(() => server.close())
const sqls = ['select 1', `select 'a "quoted", text\nin two lines'`, '=1+1']
for (const sql of sqls) await server.request('POST', '/v1/queries', { sql, labels: { team: 'shop' } })
await database.pool.query(
  `select sluice.submit('select ' || i, labels => '{"team": "many"}') from generate_series(1, 1200) i`,
)

test('queries that match are exported as CSV, which no spreadsheet takes for formulas', async () => {
  const { status, headers, body } = await server.request('GET', '/v1/queries/export?format=csv&label=team:shop')
  expect(status).toBe(200)
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="queries.csv"',
  })
  const [head, ...rows] = parseCsv(body.toString())
  const column = (name: string): (string | null)[] => rows.map((row) => row[head!.indexOf(name)]!)
  expect(column('sql')).toEqual([`'=1+1`, sqls[1], sqls[0]])
  expect(column('state')).toEqual(['queued', 'queued', 'queued'])
  expect(column('labels')[0]).toBe('{"team":"shop"}')
})

test('any number of them comes, one resource a line', async () => {
  const { body } = await server.request('GET', '/v1/queries/export?label=team:many')
  const lines = body.toString().trim().split('\n')
  const all = lines.map((line) => JSON.parse(line) as { id: string; sql: string })
  expect(all).toHaveLength(1200)
  expect(new Set(all.map(({ sql }) => sql)).size).toBe(1200)
  expect(all.map(({ id }) => id)).toEqual(
    all
      .map(({ id }) => id)
      .toSorted()
      .toReversed(),
  )
})

test('what it cannot take is refused', async () => {
  expect((await server.request('GET', '/v1/queries/export?format=xlsx')).status).toBe(400)
  expect((await server.request('GET', '/v1/queries/export?label=team')).status).toBe(400)
})
