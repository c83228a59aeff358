/** Schedules and their fires. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { tick, type TickOptions } from '../../src/cron/tick.ts'
import { sessionSettings } from '../../src/db/client.ts'
import { sessionStart } from '../../src/db/sessionStart.ts'
import type { TestDatabase } from './database.ts'

/** A fire as it stands in sluice.fires. */
export interface FireRow {
  fire_at: Date
  kind: string
  outcome: string
  missed: number
  query_id: string | null
  query_state: string | null
  code: string | null
  detail: string | null
  previous_fire_at: Date | null
}

/** Adds a schedule with some of its columns, settled until a time; its name. */
export async function insertSchedule(
  pool: pg.Pool,
  columns: Record<string, unknown> = {},
  settledUntil?: string,
): Promise<string> {
  const row: Record<string, unknown> = { name: `s-${randomUUID().slice(0, 8)}`, sql: 'select 1', ...columns }
  if (row['interval_seconds'] === undefined) row['cron'] ??= '* * * * *'
  const names = Object.keys(row)
  await pool.query(
    `insert into sluice.schedules (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
    Object.values(row),
  )
  if (settledUntil !== undefined) await settle(pool, row['name'] as string, settledUntil)
  return row['name'] as string
}

/** Makes a schedule due from a time on, as if it had been there before. */
export async function settle(pool: pg.Pool, schedule: string, until: string): Promise<void> {
  await pool.query(`update sluice.schedules set settled_until = $2, next_fires = '{}' where name = $1`, [
    schedule,
    until,
  ])
}

/** The fires of a schedule, oldest first. */
export async function firesOf(pool: pg.Pool, schedule: string): Promise<FireRow[]> {
  const { rows } = await pool.query<FireRow>('select * from sluice.fires where schedule = $1 order by fire_at', [
    schedule,
  ])
  return rows
}

/** A connection like that of a beat, which the caller ends. */
export async function connectBeat({ url }: Pick<TestDatabase, 'url'>): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'sluice test (beat)',
    ...sessionStart(url, { ...sessionSettings(false), lock_timeout: '500' }).config,
  })
  // A test may end it at the server.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** One tick of a beat at a simulated time. */
export async function tickAt(
  database: Pick<TestDatabase, 'url'>,
  at: string,
  options: TickOptions = {},
): Promise<void> {
  const client = await connectBeat(database)
  try {
    while (await tick(client, { ...options, at: new Date(at) }));
  } finally {
    await client.end()
  }
}
