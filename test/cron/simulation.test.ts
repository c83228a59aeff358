import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { tick } from '../../src/cron/tick.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { addLane } from '../helpers/runs.ts'
import { connectBeat, insertSchedule } from '../helpers/schedules.ts'

/**
 * Three beats that all believe to hold the beat, on one simulated clock and the real SQL.
 * They are killed in the middle of what they do, stand still between reading and firing, and
 * now and then all are away. TEST_BEAT_TICKS=100000 runs as many ticks of them.
 */
const wantedTicks = Number(process.env['TEST_BEAT_TICKS'] || 1_500)
const seed = Number(process.env['TEST_SEED'] || Date.now() % 2 ** 31)

const database = await createDatabase()
const { pool } = database
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })

const secondMs = 1000
/** Ten minutes before the clocks of Berlin go back from 03:00 to 02:00. */
const start = Date.UTC(2026, 9, 25, 0, 50)

interface Case {
  columns: Record<string, unknown>
  /** Whether a second is a nominal time. */
  fires: (second: number) => boolean
}

const utcHour = (second: number): number => new Date(second).getUTCHours()
const every = (seconds: number) => (second: number) => (second - start) % (seconds * secondMs) === 0
const cases: Record<string, Case> = {
  'every-five-seconds': { columns: { cron: '*/5 * * * * *' }, fires: every(5) },
  'every-seven-seconds': { columns: { interval_seconds: 7, anchor_at: new Date(start) }, fires: every(7) },
  'every-minute': { columns: { cron: '* * * * *', time_zone: 'Asia/Kathmandu' }, fires: every(60) },
  'every-half-minute-in-berlin': { columns: { cron: '*/30 * * * * *', time_zone: 'Europe/Berlin' }, fires: every(30) },
  'at-two-in-berlin': {
    columns: { cron: '*/2 * 2 * * *', time_zone: 'Europe/Berlin' },
    // 02:xx comes twice on the first day, and counts once; on the days after it is 01:xx of UTC.
    fires: (second) =>
      every(2)(second) &&
      utcHour(second) === (second < Date.UTC(2026, 9, 25, 1) ? 0 : second < Date.UTC(2026, 9, 26) ? -1 : 1),
  },
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(from: number): () => number {
  let state = from
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

test(`${wantedTicks} ticks of three beats, killed and paused, fire each nominal time once (TEST_SEED=${seed})`, async () => {
  const random = randomNumbers(seed)
  const lane = await addLane(pool)
  for (const [name, { columns }] of Object.entries(cases)) {
    const policies = { overlap_policy: 'allow', misfire_policy: 'all', catch_up_limit: 1000 }
    await insertSchedule(
      pool,
      { name, lane, ...policies, ...columns, params: JSON.stringify(['{{fire_at}}']) },
      new Date(start).toISOString(),
    )
  }

  const clock = { now: start }
  const counts = { ticks: 0, kills: 0, pauses: 0, absences: 0 }

  const beat = async (): Promise<void> => {
    let client: pg.Client | undefined
    while (counts.ticks < wantedTicks) {
      try {
        client ??= await connectBeat(database)
        if (random() < 0.01) void kill(client)
        await tick(client, {
          at: new Date(clock.now),
          async between() {
            if (random() > 0.02) return
            counts.pauses++
            const until = clock.now + random() * 60 * secondMs
            while (clock.now < until && counts.ticks < wantedTicks) {
              await setImmediate()
              // Time goes on, also while all three stand still.
              clock.now += 5
            }
          },
        })
      } catch (error) {
        if (!/terminat|not queryable|closed|ended/i.test((error as Error).message)) throw error
        client = undefined
      }
      counts.ticks++
      clock.now += Math.floor(random() * 2 * secondMs)
      if (random() < 0.002) {
        counts.absences++
        clock.now += Math.floor(random() * 300 * secondMs)
      }
    }
    await client?.end()
  }
  const kill = async ({ processID }: pg.Client & { processID?: number }): Promise<void> => {
    const turns = Math.floor(random() * 20)
    for (let turn = 0; turn < turns; turn++) await setImmediate()
    await pool.query('select pg_terminate_backend($1)', [processID])
    counts.kills++
  }
  /** Ends what was submitted, as workers would: the queue never grows. */
  const work = async (): Promise<void> => {
    while (counts.ticks < wantedTicks) {
      await pool.query(`
        with taken as (delete from sluice.queue returning query_id)
        update sluice.queries set state = 'canceled', cancel_requested_at = now(), finished_at = now()
        from taken where id = query_id`)
      for (let turn = 0; turn < 200 && counts.ticks < wantedTicks; turn++) await setImmediate()
    }
  }
  await Promise.all([beat(), beat(), beat(), work()])

  const client = await connectBeat(database)
  while (await tick(client, { at: new Date(clock.now) }));
  await client.end()

  let fires = 0
  for (const [name, { fires: isNominal }] of Object.entries(cases)) {
    const expected: string[] = []
    for (let second = start + secondMs; second <= clock.now; second += secondMs) {
      if (isNominal(second)) expected.push(new Date(second).toISOString())
    }
    const { rows } = await pool.query<{ fire_at: Date }>(
      `select fire_at from sluice.fires where schedule = $1 and outcome = 'submitted' and missed = 0 order by 1`,
      [name],
    )
    expect({ [name]: rows.map(({ fire_at }) => fire_at.toISOString()) }).toEqual({ [name]: expected })
    fires += expected.length
  }
  // Every fire has one query, whose parameter is its nominal time, and there is no query besides.
  const { rows } = await pool.query(
    `select count(*)::integer as fires, count(distinct query_id)::integer as queries,
       (select count(*)::integer from sluice.queries) as all_queries,
       count(*) filter (where params -> 0 ->> 'value' = sluice.iso_time(fire_at))::integer as right_times
     from sluice.fires join sluice.queries on id = query_id`,
  )
  expect(rows).toEqual([{ fires, queries: fires, all_queries: fires, right_times: fires }])
  expect(counts.kills).toBeGreaterThan(0)
  expect(counts.pauses).toBeGreaterThan(0)
  process.stderr.write(
    `${fires} nominal times in ${Math.round((clock.now - start) / 60_000)} simulated minutes, ${JSON.stringify(counts)}: 0 doubled, 0 missed\n`,
  )
}, 3_600_000)
