import { expect, test } from 'vitest'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { spawnWorker } from '../helpers/worker.ts'

const database = await createDatabase()
await createSource(database)

/** What it has logged of level warn and above, in words. */
function complaints(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { level: number; msg: string; err?: { message: string } })
    .filter(({ level }) => level >= 40)
    .map(({ msg, err }) => `${msg}: ${err?.message}`)
}

test('a worker that is stopped with its duties under way ends them first and complains of nothing', async () => {
  await using server = await startServer(database)
  await using worker = await spawnWorker(database)
  // A duty is under way at the signal, and others come due while the worker drains and closes.
  const holder = await database.pool.connect()
  try {
    await holder.query('begin; lock table sluice.workers in exclusive mode')
    const { json } = await server.request('POST', '/v1/queries', { sql: 'select pg_sleep(1)' })
    await eventually(async () => {
      // Who is in the midst of maintenance looks for dead workers then, and no other.
      const { rows } = await database.pool.query(
        `select from pg_stat_activity
         where datname = current_database() and application_name in ('sluice worker', 'sluice worker (maintenance)')
           and wait_event_type = 'Lock'`,
      )
      expect(rows.length).toBeGreaterThan(0)
    })
    worker.signal('SIGTERM')
    await eventually(() => expect(worker.output()).toMatch(/"draining"/))
    await holder.query('rollback')
    await worker.exited
    expect(complaints(worker.output())).toEqual([])
    expect((await server.request('GET', `/v1/queries/${json.id}`)).json).toMatchObject({ state: 'succeeded' })
  } finally {
    holder.release(true)
  }
})
