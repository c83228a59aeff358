import { expect, test } from 'vitest'
import { tick } from '../../src/cron/tick.ts'
import { cancel } from '../../src/queries/cancel.ts'
import { claim } from '../../src/queries/claim.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase } from '../helpers/database.ts'
import { addLane, addWorker, outcomeOf, stateOf, submit, ticketsOf } from '../helpers/runs.ts'
import { connectBeat, firesOf, insertSchedule, settle, tickAt } from '../helpers/schedules.ts'

const database = await createDatabase()
const { pool } = database
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const worker = await addWorker(pool)

const at = (minute: number, second = 0): string => new Date(Date.UTC(2026, 0, 1, 12, minute, second)).toISOString()
const outcomes = async (name: string): Promise<string[]> => (await firesOf(pool, name)).map(({ outcome }) => outcome)

/** Runs the queries of a lane that wait, to a good end. */
async function runLane(lane: string): Promise<number> {
  const runs = await claim(pool, worker, lane, 100, false)
  await finishMany(
    pool,
    runs.map((run) => outcomeOf(run, 'succeeded')),
  )
  return runs.length
}

test('a due schedule submits its query, with row, ticket, labels and limits, and notes what comes next', async () => {
  const lane = await addLane(pool)
  const name = await insertSchedule(
    pool,
    { lane, priority: 2, timeout_seconds: 7, row_limit: 9, labels: { team: 'bi', schedule: 'x' }, sql: 'select 42' },
    at(0),
  )
  await tickAt(database, at(0, 59))
  expect(await firesOf(pool, name)).toEqual([])
  await tickAt(database, at(1))
  const [fire] = await firesOf(pool, name)
  expect(fire).toMatchObject({ fire_at: new Date(at(1)), kind: 'scheduled', outcome: 'submitted', missed: 0 })
  const { rows } = await pool.query('select * from sluice.queries where id = $1', [fire!.query_id])
  expect(rows[0]).toMatchObject({
    state: 'queued',
    lane,
    sql: 'select 42',
    priority: 2,
    timeout_seconds: 7,
    row_limit: '9',
    labels: { schedule: name, team: 'bi' },
  })
  expect(await ticketsOf(pool, lane)).toBe(1)
  const schedule = await pool.query('select settled_until, next_fires from sluice.schedules where name = $1', [name])
  expect(schedule.rows[0]).toEqual({
    settled_until: new Date(at(1)),
    next_fires: [2, 3, 4, 5, 6].map((minute) => new Date(at(minute))),
  })
})

test('values of the fire are bound as typed parameters; everything else stays as it is', async () => {
  const lane = await addLane(pool)
  const params = [
    '{{fire_at}}',
    { type: 'text', value: '{{fire_at}}' },
    '{{previous_fire_at}}',
    '{{fire_date}}',
    '{{schedule}}',
    'plain {{text}}',
    { type: 'int8', value: '9007199254740993' },
    { value: '{{fire_at}}' },
    [1, '{{fire_at}}'],
    null,
    1.5,
  ]
  const name = await insertSchedule(
    pool,
    {
      lane,
      params: JSON.stringify(params),
      cron: '30 23 * * *',
      time_zone: 'America/New_York',
      overlap_policy: 'allow',
    },
    '2026-01-01T00:00:00Z',
  )
  await tickAt(database, '2026-01-01T04:30:00Z')
  await tickAt(database, '2026-01-02T04:30:00Z')
  const { rows } = await pool.query<{ params: unknown[] }>(
    `select params from sluice.fires join sluice.queries on id = query_id where schedule = $1 order by fire_at`,
    [name],
  )
  expect(rows[1]!.params).toEqual([
    { type: 'timestamptz', value: '2026-01-02T04:30:00.000Z' },
    { type: 'text', value: '2026-01-02T04:30:00.000Z' },
    { type: 'timestamptz', value: '2026-01-01T04:30:00.000Z' },
    { type: 'date', value: '2026-01-01' },
    { type: 'text', value: name },
    ...params.slice(5),
  ])
  const created = await pool.query<{ at: string }>(
    'select sluice.iso_time(created_at) as at from sluice.schedules where name = $1',
    [name],
  )
  expect(rows[0]!.params[2]).toEqual({ type: 'timestamptz', value: created.rows[0]!.at })
})

test('a schedule without parameters submits none', async () => {
  const name = await insertSchedule(pool, {}, at(0))
  await tickAt(database, at(1))
  const { rows } = await pool.query(
    'select params from sluice.queries join sluice.fires on id = query_id where schedule = $1',
    [name],
  )
  expect(rows).toEqual([{ params: [] }])
})

test('with overlap policy skip a fire does nothing until the earlier query has ended', async () => {
  const lane = await addLane(pool)
  const name = await insertSchedule(pool, { lane, overlap_policy: 'skip' }, at(0))
  await tickAt(database, at(1))
  await tickAt(database, at(2))
  expect(await firesOf(pool, name)).toMatchObject([
    { outcome: 'submitted' },
    { outcome: 'skipped', code: 'overlap', query_id: null },
  ])
  expect(await runLane(lane)).toBe(1)
  await tickAt(database, at(3))
  expect(await firesOf(pool, name)).toMatchObject([
    { outcome: 'submitted', query_state: 'succeeded' },
    { outcome: 'skipped' },
    { outcome: 'submitted', query_state: null, previous_fire_at: new Date(at(1)) },
  ])
})

test('with overlap policy queue fires wait for each other, in order', async () => {
  const lane = await addLane(pool)
  const name = await insertSchedule(pool, { lane, overlap_policy: 'queue' }, at(0))
  for (const minute of [1, 2, 3]) await tickAt(database, at(minute))
  expect(await outcomes(name)).toEqual(['submitted', 'waiting', 'waiting'])
  expect(await runLane(lane)).toBe(1)
  await tickAt(database, at(3, 1))
  expect(await outcomes(name)).toEqual(['submitted', 'submitted', 'waiting'])
  expect(await runLane(lane)).toBe(1)
  await tickAt(database, at(3, 2))
  expect(await outcomes(name)).toEqual(['submitted', 'submitted', 'submitted'])
})

test.each([
  ['queue', 100],
  ['allow', 1],
] as const)(
  'a fire never overtakes one that waits, and reads what that left: overlap policy %s',
  async (overlap_policy, max_queued) => {
    const lane = await addLane(pool, { max_queued })
    const name = await insertSchedule(pool, { lane, overlap_policy }, at(0))
    for (const minute of [1, 2]) await tickAt(database, at(minute))
    expect(await outcomes(name)).toEqual(['submitted', 'waiting'])
    for (const minute of [3, 4, 5]) {
      expect(await runLane(lane)).toBe(1)
      // A new fire is due just when the one that waits may go.
      await tickAt(database, at(minute))
    }
    const fires = await firesOf(pool, name)
    expect(fires.map(({ outcome }) => outcome)).toEqual(['submitted', 'submitted', 'submitted', 'submitted', 'waiting'])
    expect(fires.slice(1, 4).map(({ previous_fire_at }) => previous_fire_at)).toEqual(
      fires.slice(0, 3).map(({ fire_at }) => fire_at),
    )
  },
)

test('at most 100 fires wait; further ones are skipped, and say why', async () => {
  const name = await insertSchedule(
    pool,
    { cron: '* * * * * *', overlap_policy: 'queue', misfire_grace_seconds: 600 },
    at(0),
  )
  await tickAt(database, at(2))
  const fires = await firesOf(pool, name)
  expect(fires).toHaveLength(120)
  expect(fires.filter(({ outcome }) => outcome === 'waiting')).toHaveLength(100)
  expect(fires.at(-1)).toMatchObject({
    outcome: 'skipped',
    code: 'overlap',
    detail: expect.stringMatching(/100 earlier/),
  })
})

test('with overlap policy cancel the earlier query is canceled', async () => {
  const name = await insertSchedule(pool, { overlap_policy: 'cancel' }, at(0))
  await tickAt(database, at(1))
  await tickAt(database, at(2))
  const [first, second] = await firesOf(pool, name)
  expect(await stateOf(pool, first!.query_id!)).toBe('canceled')
  expect(await stateOf(pool, second!.query_id!)).toBe('queued')
})

test('with overlap policy allow queries run besides each other', async () => {
  const lane = await addLane(pool)
  const name = await insertSchedule(pool, { lane, overlap_policy: 'allow' }, at(0))
  await tickAt(database, at(1))
  await tickAt(database, at(2))
  expect(await outcomes(name)).toEqual(['submitted', 'submitted'])
  expect(await runLane(lane)).toBe(2)
})

test('a fire whose lane is full waits for room', async () => {
  const lane = await addLane(pool, { max_queued: 1 })
  const full = await insertSchedule(pool, { lane, overlap_policy: 'allow' }, at(0))
  await tickAt(database, at(1))
  await tickAt(database, at(2))
  expect(await firesOf(pool, full)).toMatchObject([
    { outcome: 'submitted' },
    { outcome: 'waiting', code: 'queue_full' },
  ])
  expect(await runLane(lane)).toBe(1)
  await tickAt(database, at(2, 1))
  expect(await firesOf(pool, full)).toMatchObject([{ outcome: 'submitted' }, { outcome: 'submitted', code: null }])
})

/** A schedule whose lane is full with a query of somebody else, after fires at minutes 1 to 3. */
async function firedIntoFullLane(overlap_policy: string): Promise<{ lane: string; name: string }> {
  const lane = await addLane(pool, { max_queued: 1 })
  await submit(pool, { lane })
  const name = await insertSchedule(pool, { lane, overlap_policy }, at(0))
  for (const minute of [1, 2, 3]) await tickAt(database, at(minute))
  return { lane, name }
}

test('while a fire waits for room, overlap policy skip leaves out what follows', async () => {
  const { lane, name } = await firedIntoFullLane('skip')
  expect(await firesOf(pool, name)).toMatchObject([
    { outcome: 'waiting', code: 'queue_full' },
    { outcome: 'skipped', code: 'overlap', detail: `The fire of ${at(1)} waited still.` },
    { outcome: 'skipped', code: 'overlap' },
  ])
  expect(await runLane(lane)).toBe(1)
  await tickAt(database, at(3, 1))
  expect(await outcomes(name)).toEqual(['submitted', 'skipped', 'skipped'])
})

test('while a fire waits for room, overlap policy cancel puts the next in its place', async () => {
  const { lane, name } = await firedIntoFullLane('cancel')
  expect(await firesOf(pool, name)).toMatchObject([
    { outcome: 'skipped', code: 'overlap', detail: `The fire of ${at(2)} took its place while it waited.` },
    { outcome: 'skipped', code: 'overlap', detail: `The fire of ${at(3)} took its place while it waited.` },
    { outcome: 'waiting', code: 'queue_full' },
  ])
  expect(await runLane(lane)).toBe(1)
  await tickAt(database, at(3, 1))
  expect(await outcomes(name)).toEqual(['skipped', 'skipped', 'submitted'])
})

test('many fires that waited for room are submitted in slices', async () => {
  const lane = await addLane(pool, { max_queued: 1 })
  await submit(pool, { lane })
  const timing = { cron: '* * * * * *', misfire_grace_seconds: 600 }
  const name = await insertSchedule(pool, { lane, overlap_policy: 'allow', ...timing }, at(0))
  await tickAt(database, at(0, 40))
  expect(new Set(await outcomes(name))).toEqual(new Set(['waiting']))
  await pool.query('update sluice.lanes set max_queued = 100 where name = $1', [lane])
  await tickAt(database, at(0, 40))
  expect(new Set(await outcomes(name))).toEqual(new Set(['submitted']))
  const { rows } = await pool.query<{ fires: number }>(
    'select count(*)::integer as fires from sluice.fires where schedule = $1 group by xmin::text order by 1',
    [name],
  )
  expect(rows.map(({ fires }) => fires)).toEqual([15, 25])
})

test.each([
  ['whose lane is gone', { lane: 'nowhere' }, 'unknown_lane'],
  ['whose source is gone', { source: 'nowhere' }, 'unknown_source'],
  ['whose limit is above that of the lane', { timeout_seconds: 1_000_000 }, 'limit_above_lane_maximum'],
])('a schedule %s notes the refusal, and goes on', async (_what, columns, code) => {
  const name = await insertSchedule(pool, columns, at(0))
  await tickAt(database, at(1))
  await tickAt(database, at(2))
  expect(await firesOf(pool, name)).toMatchObject([
    { outcome: 'refused', code, query_id: null },
    { outcome: 'refused', code },
  ])
})

test('a pattern that cannot be read is noted, others go on, and a change gives it another try', async () => {
  const [bad, good] = [await insertSchedule(pool, { cron: '0 0 31 2 *' }, at(0)), await insertSchedule(pool, {}, at(0))]
  await tickAt(database, at(1))
  const problem = async (): Promise<string | null> =>
    (await pool.query<{ problem: string | null }>('select problem from sluice.schedules where name = $1', [bad]))
      .rows[0]!.problem
  expect(await problem()).toMatch(/names no time that ever comes/)
  expect(await outcomes(good)).toEqual(['submitted'])
  await pool.query(`update sluice.schedules set cron = '* * * * *' where name = $1`, [bad])
  expect(await problem()).toBeNull()
  await settle(pool, bad, at(1))
  await tickAt(database, at(2))
  expect(await outcomes(bad)).toEqual(['submitted'])
})

test('a schedule that cannot be computed is noted, others go on', async () => {
  const [bad, good] = [
    await insertSchedule(pool, { interval_seconds: 5 }, at(0)),
    await insertSchedule(pool, {}, at(0)),
  ]
  const told: unknown[] = []
  await pool.query(`alter table sluice.schedules drop constraint schedules_anchor_at_check`)
  await pool.query(`update sluice.schedules set anchor_at = '-infinity' where name = $1`, [bad])
  await settle(pool, bad, at(0))
  await tickAt(database, at(1), { onProblem: (schedule, error) => void told.push(schedule, error) })
  expect(told).toEqual([bad, expect.any(TypeError)])
  expect(await outcomes(good)).toEqual(['submitted'])
  const { rows } = await pool.query('select problem, next_fires from sluice.schedules where name = $1', [bad])
  expect(rows).toEqual([{ problem: expect.stringMatching(/^It cannot be fired: /), next_fires: [] }])
  await pool.query('select sluice.drop_schedule($1)', [bad])
})

test('a schedule whose fire PostgreSQL fails for now is told of and tried again, and keeps no other back', async () => {
  const [bad, good] = [await insertSchedule(pool, {}, at(0)), await insertSchedule(pool, {}, at(0))]
  await pool.query(`
    create function fail() returns trigger language plpgsql as
      $$ begin raise exception 'no room' using errcode = 'disk_full'; end $$`)
  await pool.query(
    `create trigger fail before insert on sluice.fires for each row when (new.schedule = '${bad}') execute function fail()`,
  )
  const told: string[] = []
  await tickAt(database, at(1), { onHeld: (schedule) => void told.push(schedule) })
  expect(told).toEqual([bad])
  expect(await outcomes(good)).toEqual(['submitted'])
  await pool.query('drop trigger fail on sluice.fires')
  await tickAt(database, at(1, 1))
  expect(await outcomes(bad)).toEqual(['submitted'])
})

test('a schedule that psql sets back, to the microsecond, makes up for what lies since', async () => {
  const name = await insertSchedule(pool, { misfire_policy: 'all' })
  await pool.query(
    `update sluice.schedules set settled_until = '2026-01-01 12:00:00.123456Z', next_fires = '{}' where name = $1`,
    [name],
  )
  const client = await connectBeat(database)
  for (let ticks = 0; ticks < 20 && (await tick(client, { at: new Date(at(3)) })); ticks++);
  await client.end()
  expect(await outcomes(name)).toEqual(['submitted', 'skipped', 'skipped'])
})

test('what falls into a pause or before a change of the times is not made up for', async () => {
  const name = await insertSchedule(pool, {})
  const settled = async (): Promise<Date> =>
    (await pool.query<{ at: Date }>('select settled_until as at from sluice.schedules where name = $1', [name]))
      .rows[0]!.at
  await settle(pool, name, at(0))
  await pool.query('select sluice.pause_schedule($1)', [name])
  expect(await settled()).toEqual(new Date(at(0)))
  await tickAt(database, at(5))
  expect(await outcomes(name)).toEqual([])
  await pool.query('select sluice.resume_schedule($1)', [name])
  expect(Date.now() - (await settled()).getTime()).toBeLessThan(60_000)
  await settle(pool, name, at(0))
  await pool.query(`update sluice.schedules set time_zone = 'Asia/Kolkata' where name = $1`, [name])
  expect(Date.now() - (await settled()).getTime()).toBeLessThan(60_000)
})

test('a schedule that was changed after a beat has read it is not fired as it was', async () => {
  const name = await insertSchedule(pool, {}, at(0))
  let changed = false
  await tickAt(database, at(1), {
    async between() {
      if (changed) return
      changed = true
      await pool.query(`update sluice.schedules set sql = 'select 2' where name = $1`, [name])
    },
  })
  const { rows } = await pool.query(
    'select sql from sluice.queries join sluice.fires on query_id = id where schedule = $1',
    [name],
  )
  expect(rows).toEqual([{ sql: 'select 2' }])
})

test('a schedule whose row somebody holds is told of, and does not keep back the others', async () => {
  const [held, free] = [await insertSchedule(pool, {}, at(0)), await insertSchedule(pool, {}, at(0))]
  const holder = await pool.connect()
  await holder.query('begin')
  await holder.query('select from sluice.schedules where name = $1 for update', [held])
  const told: string[] = []
  try {
    await tickAt(database, at(1), { onHeld: (schedule) => void told.push(schedule) })
  } finally {
    await holder.query('rollback')
    holder.release()
  }
  expect(told).toEqual([held])
  expect(await outcomes(free)).toEqual(['submitted'])
  await tickAt(database, at(1, 1))
  expect(await outcomes(held)).toEqual(['submitted'])
})

test('a manual run is submitted at once, paused or not, while another runs, and leaves the times as they are', async () => {
  const name = await insertSchedule(pool, { params: JSON.stringify(['{{schedule}}']) }, at(0))
  await tickAt(database, at(1))
  await pool.query('select sluice.pause_schedule($1)', [name])
  const ids = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const { rows } = await pool.query<{ id: string }>('select sluice.run_schedule($1) as id', [name])
      return rows[0]!.id
    }),
  )
  expect(new Set(ids).size).toBe(5)
  expect(await stateOf(pool, ids[0]!)).toBe('queued')
  const manual = (await firesOf(pool, name)).filter(({ kind }) => kind === 'manual')
  expect(new Set(manual.map(({ query_id }) => query_id))).toEqual(new Set(ids))
  const { rows } = await pool.query('select settled_until from sluice.schedules where name = $1', [name])
  expect(rows).toEqual([{ settled_until: new Date(at(1)) }])
})

test('fires take no notice of a manual run: none is left out, and it is not canceled', async () => {
  for (const overlap_policy of ['skip', 'cancel']) {
    const name = await insertSchedule(pool, { overlap_policy }, at(0))
    await pool.query('select sluice.run_schedule($1)', [name])
    // As if it had been asked for before the fire was due.
    await pool.query('update sluice.fires set fire_at = $2 where schedule = $1', [name, at(0, 30)])
    await tickAt(database, at(1))
    const [manual, scheduled] = await firesOf(pool, name)
    expect(await stateOf(pool, manual!.query_id!)).toBe('queued')
    expect(scheduled).toMatchObject({ kind: 'scheduled', outcome: 'submitted' })
  }
})

test('a manual run at the very time of a fire takes nothing from it', async () => {
  // Only this one is due at the present time.
  await pool.query('update sluice.schedules set paused = true')
  const name = await insertSchedule(pool)
  await pool.query('select sluice.run_schedule($1)', [name])
  const { rows } = await pool.query<{ nominal: string }>(
    `select sluice.iso_time(fire_at) as nominal from sluice.fires where schedule = $1`,
    [name],
  )
  const { nominal } = rows[0]!
  await pool.query(
    `update sluice.schedules set cron = null, interval_seconds = 3600, anchor_at = $2, overlap_policy = 'allow' where name = $1`,
    [name, nominal],
  )
  await settle(pool, name, new Date(Date.parse(nominal) - 1000).toISOString())
  await tickAt(database, nominal)
  expect(await firesOf(pool, name)).toMatchObject([
    { kind: 'scheduled', outcome: 'submitted', fire_at: new Date(nominal) },
    { kind: 'manual', outcome: 'submitted' },
  ])
})

test('running a schedule that cannot be submitted says why, and leaves no trace', async () => {
  const name = await insertSchedule(pool, { lane: 'nowhere' })
  await expect(pool.query('select sluice.run_schedule($1)', [name])).rejects.toMatchObject({
    code: 'SLUIC',
    message: 'There is no lane nowhere.',
    detail: 'code: unknown_lane',
  })
  expect(await firesOf(pool, name)).toEqual([])
})

test('psql adds, changes and drops a schedule', async () => {
  await pool.query(
    `select sluice.set_schedule('nightly', 'select 1', cron => ' 30  2 * * * ', time_zone => 'Europe/Berlin', lane => 'reports')`,
  )
  const read = async (): Promise<unknown> =>
    (
      await pool.query(
        'select cron, interval_seconds, time_zone, lane, version from sluice.schedules where name = $1',
        ['nightly'],
      )
    ).rows[0]
  expect(await read()).toEqual({
    cron: '30 2 * * *',
    interval_seconds: null,
    time_zone: 'Europe/Berlin',
    lane: 'reports',
    version: 2,
  })
  await pool.query(`select sluice.set_schedule('nightly', interval_seconds => 600)`)
  expect(await read()).toMatchObject({ cron: null, interval_seconds: 600, lane: 'reports' })
  await pool.query(`select sluice.drop_schedule('nightly')`)
  expect(await read()).toBeUndefined()
  for (const call of ['run_schedule', 'pause_schedule', 'resume_schedule', 'drop_schedule']) {
    await expect(pool.query(`select sluice.${call}('nightly')`)).rejects.toMatchObject({
      code: 'SLUIC',
      detail: 'code: unknown_schedule',
    })
  }
  await expect(
    pool.query(`select sluice.set_schedule('nightly', 'select 1', cron => '@daily', time_zone => 'Europe/Atlantis')`),
  ).rejects.toMatchObject({ code: 'SLUIC', message: /no IANA time zone/ })
})

test.each([
  ['a name', `'Bad Name', 'select 1', cron => '@daily'`, /at most 63/],
  ['no statement', `'wrong', cron => '@daily'`, /takes a name, sql, and cron/],
  ['no times', `'wrong', 'select 1'`, /either cron or interval_seconds/],
  ['both times', `'wrong', 'select 1', cron => '@daily', interval_seconds => 5`, /either cron or interval_seconds/],
  ['a pattern', `'wrong', 'select 1', cron => 'soon'`, /five fields/],
  ['an interval', `'wrong', 'select 1', interval_seconds => 2000000000`, /1 to 315360000/],
  ['an anchor', `'wrong', 'select 1', interval_seconds => 5, anchor_at => '9999-01-01'`, /1970 to 2199/],
  ['a priority', `'wrong', 'select 1', cron => '@daily', priority => 70000`, /priority takes 1/],
  ['a limit', `'wrong', 'select 1', cron => '@daily', row_limit => 0`, /row_limit must be at least 1/],
  ['a label', `'wrong', 'select 1', cron => '@daily', labels => '{"a":1}'`, /object of texts/],
  ['a webhook', `'wrong', 'select 1', cron => '@daily', webhooks => '{NULL}'`, /no null/],
  ['a policy', `'wrong', 'select 1', cron => '@daily', misfire_policy => 'hope'`, /skip, one or all/],
  ['parameters', `'wrong', 'select 1', cron => '@daily', params => '{}'`, /takes an array/],
  ['a value in a list', `'wrong', 'select 1', cron => '@daily', params => '[["{{fire_at}}"]]'`, /nothing else/],
  ['a value that is none', `'wrong', 'select 1', cron => '@daily', params => '["{{fire_tme}}"]'`, /nothing else/],
  ['a value without a type', `'wrong', 'select 1', cron => '@daily', params => '[{"value":"{{fire_at}}"}]'`, /nothing/],
  ['a value in the SQL', `'wrong', 'select ''{{fire_at}}''', cron => '@daily'`, /write \$1/],
])('psql is told of %s that is wrong in a sentence, as the API tells it', async (_what, args, message) => {
  await expect(pool.query(`select sluice.set_schedule(${args})`)).rejects.toMatchObject({
    code: 'SLUIC',
    message: expect.stringMatching(message),
    detail: 'code: invalid_request',
  })
})

test('psql names lane, source, webhooks and limits as a submission may; a change only what it changes', async () => {
  const lane = await addLane(pool, { timeout_seconds: 60, max_timeout_seconds: 60 })
  const set = (args: string): Promise<unknown> => pool.query(`select sluice.set_schedule('checked', ${args})`)
  for (const [args, code] of [
    [`lane => 'nowhere'`, 'unknown_lane'],
    [`source => 'nowhere'`, 'unknown_source'],
    [`webhooks => '{ghost}'`, 'unknown_webhook'],
    [`lane => '${lane}', timeout_seconds => 61`, 'limit_above_lane_maximum'],
    [`max_attempts => 100`, 'limit_above_lane_maximum'],
  ] as const) {
    await expect(set(`'select 1', cron => '@daily', ${args}`)).rejects.toMatchObject({ detail: `code: ${code}` })
  }
  await set(
    `'select 1', cron => '@daily', lane => '${lane}', timeout_seconds => 60, max_attempts => 1, params => '["{{fire_at}}", {"type": "text", "value": "{{schedule}}"}, "plain"]'`,
  )
  await expect(set('timeout_seconds => 61')).rejects.toMatchObject({ detail: 'code: limit_above_lane_maximum' })
  await pool.query('delete from sluice.lanes where name = $1', [lane])
  await set(`description => 'its lane is gone'`)
  const { rows } = await pool.query(`select description, max_attempts from sluice.schedules where name = 'checked'`)
  expect(rows).toEqual([{ description: 'its lane is gone', max_attempts: 1 }])
})

test('a query that was canceled, and one whose row is gone, have ended for the overlap policy', async () => {
  const name = await insertSchedule(pool, { overlap_policy: 'skip' }, at(0))
  await tickAt(database, at(1))
  await cancel(pool, (await firesOf(pool, name))[0]!.query_id!)
  await tickAt(database, at(2))
  const [canceled, second] = await firesOf(pool, name)
  expect(canceled!.query_state).toBe('canceled')
  await pool.query('delete from sluice.queue where query_id = $1', [second!.query_id])
  await pool.query('delete from sluice.queries where id = $1', [second!.query_id])
  await tickAt(database, at(3))
  expect(await outcomes(name)).toEqual(['submitted', 'submitted', 'submitted'])
})
