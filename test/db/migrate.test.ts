import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { packageRoot } from '../../src/packageRoot.ts'
import { createDatabase } from '../helpers/database.ts'
import { dumpSchema } from '../helpers/dumpSchema.ts'
import { eventually } from '../helpers/eventually.ts'

const empty = await createDatabase({ empty: true })
const database = await createDatabase()

test('eight migrations that start at once on an empty database all succeed, and one of them does the work', async () => {
  const reports = await Promise.all(Array.from({ length: 8 }, () => migrate(empty.url)))
  const busy = reports.filter(({ migrations, repeatable }) => migrations.length + repeatable.length > 0)
  expect(busy).toHaveLength(1)
  expect(busy[0]!.migrations).toContain('0001_initial')
  expect(busy[0]!.repeatable).toEqual(expect.arrayContaining(['cancel', 'claim', 'finish', 'submit']))
  expect(await dumpSchema(empty.pool)).toBe(await dumpSchema(database.pool))
})

test('a second migration does nothing', async () => {
  expect(await migrate(database.url)).toEqual({ migrations: [], repeatable: [] })
})

test('migration 0067 lets a schedule that counted from no time count from now, and leaves the others', async () => {
  const { pool } = database
  await pool.query('alter table sluice.schedules drop constraint schedules_anchor_at_check')
  const anchors = {
    before: '-infinity',
    after: 'infinity',
    far: '10000-01-01T00:00:00Z',
    right: '9999-12-31T00:00:00Z',
  }
  for (const [name, at] of Object.entries(anchors)) {
    await pool.query(
      `insert into sluice.schedules (name, sql, interval_seconds, anchor_at) values ($1, 'select 1', 5, $2)`,
      [name, at],
    )
  }
  await pool.query(await readFile(join(packageRoot, 'migrations', '0067_schedule_times.sql'), 'utf8'))
  const { rows } = await pool.query(
    `select name, now() - anchor_at between interval '0' and interval '1 hour' as from_now from sluice.schedules order by 1`,
  )
  expect(rows).toEqual([
    { name: 'after', from_now: true },
    { name: 'before', from_now: true },
    { name: 'far', from_now: true },
    { name: 'right', from_now: false },
  ])
  await pool.query('delete from sluice.schedules')
})

test('a repeatable file whose text is not the one that was applied is applied again, and no other', async () => {
  const { pool } = database
  const before = await dumpSchema(pool)
  await pool.query(`comment on function sluice.uuid_v7() is 'what an earlier release said'`)
  await pool.query(`update sluice.repeatable_migrations set checksum = 'of an earlier release' where name = 'uuid_v7'`)
  expect(await migrate(database.url)).toEqual({ migrations: [], repeatable: ['uuid_v7'] })
  expect(await dumpSchema(pool)).toBe(before)
})

test('a migration that meets a lock gives way to those that queue behind it, and succeeds once the lock is gone', async () => {
  const { pool } = database
  // The file makes a trigger on sluice.lanes, which no writer of the table lets pass.
  await pool.query(`update sluice.repeatable_migrations set checksum = '' where name = 'lanes_changed'`)
  const writer = await pool.connect()
  await writer.query('begin; lock table sluice.lanes in row exclusive mode')
  const migration = migrate(database.url)
  const firstTry = await eventually(() => waitingMigration(pool))
  // Queues behind the migration until that gives way.
  await pool.query(`update sluice.lanes set description = description where name = 'default'`)
  expect(await eventually(() => waitingMigration(pool))).not.toBe(firstTry)
  await writer.query('commit')
  writer.release()
  expect(await migration).toEqual({ migrations: [], repeatable: ['lanes_changed'] })
})

test('a migration of a database that cannot be reached fails with the reason', async () => {
  await expect(migrate(database.url.replace(/:\d+\//, ':1/'))).rejects.toThrow(/ECONNREFUSED/)
})

/** When the transaction started in which the migration waits for a lock. */
async function waitingMigration(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ started: string }>(
    `select xact_start::text as started from pg_stat_activity
     where datname = current_database() and application_name = 'sluice migrate' and wait_event_type = 'Lock'
       and wait_event = 'relation'`,
  )
  expect(rows).toHaveLength(1)
  return rows[0]!.started
}
