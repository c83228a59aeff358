import { expect, test } from 'vitest'
import { readMetrics } from '../../src/queries/metrics.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { insertSchedule, settle, tickAt } from '../helpers/schedules.ts'

const database = await createDatabase()
const { pool } = database
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })

/** What has been counted since the last call. */
let last: Record<string, number> = {}
async function counted(): Promise<Record<string, number>> {
  const { late, ...fires } = (await readMetrics(pool)).fires
  const now: Record<string, number> = { ...fires, delayed: late.reduce((sum, count) => sum + count, 0) }
  const more = Object.entries(now).map(([name, value]) => [name, value - (last[name] ?? 0)] as const)
  last = now
  return Object.fromEntries(more.filter(([name, value]) => value !== 0 && name !== 'late_ms'))
}

test('fires are counted by outcome, and by how their queries ended', async () => {
  expect(await counted()).toEqual({})
  const hourly = await insertSchedule(pool, { cron: '0 * * * *' }, '2026-01-01T00:30:00Z')
  await tickAt(database, '2026-01-01T01:00:00Z')
  expect(await counted()).toEqual({ submitted: 1, delayed: 1 })
  await tickAt(database, '2026-01-01T02:00:00Z')
  expect(await counted()).toEqual({ skipped: 1 })

  await pool.query(`
    update sluice.queries set state = 'failed', finished_at = now(), error = '{"code": "sql_error", "message": ""}'`)
  await tickAt(database, '2026-01-01T02:30:00Z')
  expect(await counted()).toEqual({ failed: 1 })
  await tickAt(database, '2026-01-01T02:45:00Z')
  expect(await counted()).toEqual({})

  await pool.query(`update sluice.schedules set misfire_policy = 'skip'`)
  await settle(pool, hourly, '2026-01-01T02:30:00Z')
  await tickAt(database, '2026-01-01T06:30:00Z')
  expect(await counted()).toEqual({ missed: 4 })

  await pool.query(`update sluice.schedules set source = 'gone'`)
  await settle(pool, hourly, '2026-01-01T06:30:00Z')
  await tickAt(database, '2026-01-01T07:00:00Z')
  expect(await counted()).toEqual({ refused: 1 })
  await pool.query('delete from sluice.schedules')
  expect(await counted()).toEqual({})
})

test('nobody who fires waits for another who counts', async () => {
  const names = [await insertSchedule(pool), await insertSchedule(pool)]
  const holder = await pool.connect()
  await holder.query('begin')
  await holder.query('select sluice.run_schedule($1)', [names[0]])
  await pool.query(`set lock_timeout = '2s'`)
  await pool.query('select sluice.run_schedule($1)', [names[1]])
  expect(await counted()).toEqual({ submitted: 1 })
  await holder.query('commit')
  holder.release()
  expect(await counted()).toEqual({ submitted: 1 })
})

test('schedules are told by whether they fire, and how late the latest is', async () => {
  await pool.query('delete from sluice.schedules')
  await insertSchedule(pool, { paused: true })
  const broken = await insertSchedule(pool)
  const due = await insertSchedule(pool)
  await pool.query(`update sluice.schedules set problem = 'cannot be read' where name = $1`, [broken])
  await pool.query(`update sluice.schedules set next_fires = array[now() - interval '1 hour'] where name = $1`, [due])
  const { beat } = await readMetrics(pool)
  expect(beat).toMatchObject({ age_seconds: null, schedules: { active: 1, paused: 1, broken: 1 }, waiting: 0 })
  expect(beat.overdue_seconds).toBeGreaterThan(3599)
})
