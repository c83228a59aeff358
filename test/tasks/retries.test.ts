import { afterAll, expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource, withAdmin } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const source = await createSource(database, { setup: 'create table t as select 42 as x' })
const server = await startServer(database)
const worker = await startWorker(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
})

const submit = async (body: object): Promise<string> => (await server.request('POST', '/v1/queries', body)).json.id
const ended = async (id: string): Promise<unknown> => (await server.request('GET', `/v1/queries/${id}?wait=30`)).json

async function attemptsOf(id: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ step: string }>(
    `select concat_ws(' ', outcome, error ->> 'code') as step from sluice.attempts where query_id = $1 order by attempt`,
    [id],
  )
  return rows.map(({ step }) => step)
}

/** Ends the session of a query at its source, once it runs there. */
async function endSession(id: string): Promise<void> {
  await eventually(async () => {
    const { rowCount } = await source.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like $1`,
      [`sluice:${id}:%`],
    )
    expect(rowCount).toBe(1)
  })
}

test('a query whose session is ended at the source runs again if it may', async () => {
  const soon = new Date(Date.now() + 1_500).toISOString()
  const sql = `select pg_sleep(case when now() < '${soon}' then 60 else 0 end), x from t`
  const id = await submit({ sql, max_attempts: 5 })
  await endSession(id)
  // Until the time has come another attempt may hang as the first did.
  const ending = eventually(async () => {
    const { rows } = await database.pool.query('select from sluice.queries where id = $1 and state = $2', [
      id,
      'succeeded',
    ])
    if (rows.length === 0 && Date.now() > Date.parse(soon)) {
      await source.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name like $1 and xact_start < $2 and state = 'active'`,
        [`sluice:${id}:%`, soon],
      )
    }
    expect(rows).toHaveLength(1)
  }, 60_000)
  await ending
  const attempts = await attemptsOf(id)
  expect(attempts.at(-1)).toBe('succeeded')
  expect(new Set(attempts.slice(0, -1))).toEqual(new Set(['tried_again source_connection_lost']))
})

test('a query whose session is ended at the source fails if it may run once', async () => {
  const id = await submit({ sql: 'select pg_sleep(60)' })
  await endSession(id)
  expect(await ended(id)).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'source_connection_lost' } })
  expect(await attemptsOf(id)).toEqual(['failed source_connection_lost'])
})

test('an error of the statement is not tried again', async () => {
  const id = await submit({ sql: 'select 1 / 0', max_attempts: 3 })
  expect(await ended(id)).toMatchObject({ state: 'failed', attempt: 1, error: { sqlstate: '22012' } })
})

test('a source that takes no more connections is waited for at no cost', async () => {
  await withAdmin((admin) => admin.query(`alter role ${source.role} connection limit 0`))
  // Sessions from before would still serve.
  await source.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [source.role])
  const id = await submit({ sql: 'select x from t' })
  await eventually(async () => expect(await attemptsOf(id)).toContain('tried_again source_busy'))
  await withAdmin((admin) => admin.query(`alter role ${source.role} connection limit -1`))
  expect(await ended(id)).toMatchObject({ state: 'succeeded' })
})
