import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { maintain } from '../../src/cron/maintain.ts'
import { cancel } from '../../src/queries/cancel.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { submit } from '../helpers/runs.ts'
import { firesOf, insertSchedule } from '../helpers/schedules.ts'

const { pool } = await createDatabase()
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const dayMs = 86_400_000

/** The id that a query has which was submitted so many days ago. */
function idOf(daysAgo: number): string {
  const time = (Date.now() - daysAgo * dayMs).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** A query that was submitted, and ended unless it waits, so many days ago. */
async function past(daysAgo: number, endedDaysAgo?: number): Promise<string> {
  const id = await submit(pool, { id: idOf(daysAgo) })
  if (endedDaysAgo === undefined) return id
  await cancel(pool, id)
  await pool.query('update sluice.queries set finished_at = $2 where id = $1', [
    id,
    new Date(Date.now() - endedDaysAgo * dayMs),
  ])
  return id
}

const exists = async (id: string): Promise<boolean> =>
  (await pool.query('select from sluice.queries where id = $1', [id])).rowCount === 1

test('maintenance deletes ended queries and their events after 30 days, and leaves the others', async () => {
  const [old, recent, waiting, long, kept] = [
    await past(31, 31),
    await past(29, 29),
    await past(40),
    await past(40, 1),
    await past(31, 31),
  ]
  await pool.query(
    `insert into sluice.results (query_id, token, expires_at, expires_on, columns, schema_message, complete)
     values ($1, 1, now() + interval '1 day', now(), '[]', '', true)`,
    [kept],
  )
  await maintain(pool, 30)
  expect(await exists(old)).toBe(false)
  for (const id of [recent, waiting, long, kept]) expect(await exists(id)).toBe(true)
  expect((await pool.query('select from sluice.query_events where query_id = $1', [old])).rowCount).toBe(0)
  expect((await pool.query('select from sluice.query_events where query_id = $1', [kept])).rowCount).toBe(2)
})

test('history goes in batches of limited size', async () => {
  for (let i = 0; i < 5; i++) await past(31, 31)
  const drop = async (): Promise<number> =>
    (await pool.query<{ n: number }>(`select sluice.drop_old_history('30 days', 2) as n`)).rows[0]!.n
  expect([await drop(), await drop(), await drop(), await drop()]).toEqual([2, 2, 1, 0])
})

type Fire = [daysAgo: number, outcome: 'submitted' | 'skipped' | 'refused', kind?: 'manual']

/** A schedule with these fires, after history was dropped: on which days, counted back, fires are left. */
async function daysLeft(fires: readonly Fire[]): Promise<number[]> {
  const name = await insertSchedule(pool)
  for (const [daysAgo, outcome, kind] of fires) {
    const [at, isSubmitted] = [new Date(Date.now() - daysAgo * dayMs), outcome === 'submitted']
    await pool.query(
      `insert into sluice.fires (schedule, fire_at, outcome, kind, query_id, finished_at) values ($1, $2, $3, $4, $5, $6)`,
      [name, at, outcome, kind ?? 'scheduled', isSubmitted ? randomUUID() : null, isSubmitted ? at : null],
    )
  }
  await pool.query(`select sluice.drop_old_history('30 days')`)
  return (await firesOf(pool, name)).map(({ fire_at }) => Math.round((Date.now() - fire_at.getTime()) / dayMs))
}

test('of the old fires of a schedule only the last scheduled one that was submitted stays, so that the next goes on from there', async () => {
  expect(
    await daysLeft([
      [50, 'submitted'],
      [45, 'skipped'],
      [40, 'submitted'],
      [35, 'skipped'],
      [29, 'skipped'],
    ]),
  ).toEqual([40, 29])
})

test('a manual run is not where the next fire goes on', async () => {
  expect(
    await daysLeft([
      [50, 'submitted'],
      [40, 'submitted'],
      [35, 'submitted', 'manual'],
      [10, 'submitted', 'manual'],
    ]),
  ).toEqual([40, 10])
})

test('old fires that were never submitted go, also when none ever was', async () => {
  expect(
    await daysLeft([
      [50, 'refused'],
      [40, 'refused'],
      [29, 'refused'],
    ]),
  ).toEqual([29])
})
