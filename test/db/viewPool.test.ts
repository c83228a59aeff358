import pino from 'pino'
import { afterAll, expect, test } from 'vitest'
import { createViewPool } from '../../src/db/viewPool.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'

const database = await createDatabase()
const warnings: string[] = []
const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) })
const views = createViewPool({ connectionString: database.url, applicationName: 'sluice test (views)', logger })
afterAll(() => views.end())

test('a connection that ends between two statements of a search fails the search and nothing else', async () => {
  const client = await views.connect()
  await client.query('begin')
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  await database.pool.query('select pg_terminate_backend($1)', [rows[0]!.pid])
  await eventually(() => expect(warnings.join('')).toContain('a connection for views broke'))
  await expect(client.query('select 1')).rejects.toThrow(/terminat|not queryable|ended/i)
  client.release(true)
  expect((await views.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})
