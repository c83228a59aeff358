import { expect, test } from 'vitest'
import { maintain } from '../../src/cron/maintain.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { addWorker, stateOf, submitAndClaim } from '../helpers/runs.ts'
import { firesOf, insertSchedule } from '../helpers/schedules.ts'

const { pool } = await createDatabase()
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })

test('maintenance takes queries away from dead workers, should no other worker have', async () => {
  const worker = await addWorker(pool)
  const { queryId } = await submitAndClaim(pool, worker, 'default')
  expect((await maintain(pool, 30)).reaped).toBe(0)
  await pool.query(`update sluice.workers set heartbeat_at = now() - interval '1 hour' where id = $1`, [worker])
  expect((await maintain(pool, 30)).reaped).toBe(1)
  expect(await stateOf(pool, queryId)).not.toBe('running')
})

test('steps of the maintenance that fail keep no other back, and are named', async () => {
  const schedule = await insertSchedule(pool)
  await pool.query(
    `insert into sluice.fires (schedule, fire_at, outcome) values ($1, now() - interval '40 days', 'refused')`,
    [schedule],
  )
  for (const broken of ['reap', 'create_chunk_partitions', 'expired_partitions', 'drop_old_statistics']) {
    await pool.query(`alter function sluice.${broken} rename to ${broken}_away`)
  }
  await expect(maintain(pool, 30)).rejects.toThrow(
    /^could not look for dead workers: .*; could not expire results: could not make partitions: .*; could not drop partitions: .*; could not drop old statistics: .*$/,
  )
  expect(await firesOf(pool, schedule)).toEqual([])
})
