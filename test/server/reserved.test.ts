import type { Socket } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { createControlPool } from '../../src/db/pool.ts'
import { createLogger } from '../../src/log.ts'
import { forCancel } from '../../src/server/services.ts'
import { startServer } from '../helpers/app.ts'
import { auditAfterTests } from '../helpers/audit.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const source = await createSource(database)
const settings = { SLUICE_CONTROL_CONNECTIONS: '2' }
const server = await startServer(database, { settings })
const worker = await startWorker(database, settings)
auditAfterTests(database)
afterAll(async () => {
  await worker.stop()
  await server.close()
})

/** Connections of a pool of processes that wait for a lock. */
async function stuck(applicationName: string): Promise<number> {
  const { rowCount } = await database.pool.query(
    `select from pg_stat_activity
     where datname = current_database() and application_name = $1 and state = 'active' and wait_event_type = 'Lock'`,
    [applicationName],
  )
  return rowCount!
}

async function atSource(id: string): Promise<number> {
  const { rowCount } = await source.pool.query('select from pg_stat_activity where application_name like $1', [
    `sluice:${id}:%`,
  ])
  return rowCount!
}

test('a cancel gets through, to the end of the query, while every connection of server and worker is taken', async () => {
  const { json } = await server.request('POST', '/v1/queries', { sql: 'select pg_sleep(60)' })
  const id: string = json.id
  await eventually(async () => expect(await atSource(id)).toBe(1))

  const holder = await database.pool.connect()
  await holder.query('begin; lock table sluice.sources, sluice.statistics_state in access exclusive mode')
  try {
    const waiting = [1, 2, 3].map(() => server.request('GET', '/v1/sources'))
    const submitted = server.request('POST', '/v1/queries', { sql: 'select 1' })
    await eventually(async () => expect(await stuck('sluice server')).toBe(2))
    // Looking for dead workers needs the one table, counting the other.
    await eventually(async () => expect(await stuck('sluice worker')).toBe(2))

    expect(await server.request('POST', `/v1/queries/${id}/cancel`)).toMatchObject({
      status: 202,
      json: { state: 'canceling' },
    })
    await eventually(async () => {
      const { rows } = await database.pool.query('select state from sluice.queries where id = $1', [id])
      expect(rows).toEqual([{ state: 'canceled' }])
    })
    expect(await atSource(id)).toBe(0)
    // Whoever is no cancel waits for a connection and is told to come again.
    expect(await server.request('GET', `/v1/queries/${id}`)).toMatchObject({
      status: 503,
      json: { code: 'database_unavailable' },
    })
    await holder.query('rollback')
    await Promise.all([...waiting, submitted])
  } finally {
    holder.release(true)
  }
  expect(await server.request('GET', `/v1/queries/${id}`)).toMatchObject({ status: 200, json: { state: 'canceled' } })
  const { rows } = await database.pool.query(
    `select target from sluice.audit where action = 'query.cancel' and target is not null`,
  )
  expect(rows).toEqual([{ target: id }])
}, 40_000)

test('a step of a cancel that meets a broken connection goes on over the reserved one; what is refused is not asked twice', async () => {
  const pool = createControlPool({
    connectionString: database.url,
    max: 1,
    applicationName: 'sluice free',
    answerTimeoutMs: 5_000,
    logger: createLogger({ logLevel: 'silent' }, 'test reserved'),
  })
  const reserved = database.pool
  const nameOf = async (of: typeof pool): Promise<string> =>
    (await of.query<{ name: string }>(`select current_setting('application_name') as name`)).rows[0]!.name
  expect(await forCancel({ pool, reserved }, nameOf)).not.toBe('sluice free')
  await pool.query('select 1')
  expect(await forCancel({ pool, reserved }, nameOf)).toBe('sluice free')

  const client = await pool.connect()
  client.release()
  ;(client as unknown as { connection: { stream: Socket } }).connection.stream.destroy()
  expect(pool.idleCount).toBe(1)
  expect(await forCancel({ pool, reserved }, nameOf)).not.toBe('sluice free')

  await pool.query('select 1')
  let asked = 0
  const refused = forCancel({ pool, reserved }, async (free) => {
    asked++
    await free.query('select nothing')
  })
  await expect(refused).rejects.toThrow('column "nothing" does not exist')
  expect(asked).toBe(1)
  await pool.end()
})
