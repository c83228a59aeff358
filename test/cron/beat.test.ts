import { afterAll, expect, onTestFinished, test } from 'vitest'
import { Beat } from '../../src/cron/beat.ts'
import { createLogger } from '../../src/log.ts'
import { holdBeat } from '../../src/schedules/beatLock.ts'
import { addSource } from '../../src/sources/manage.ts'
import { testConfig } from '../helpers/config.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { addWorker } from '../helpers/runs.ts'
import { connectBeat, firesOf, insertSchedule, settle } from '../helpers/schedules.ts'
import { spawnWorker } from '../helpers/worker.ts'

const database = await createDatabase()
const { pool } = database
await addSource(pool, 'default', { host: 'nowhere.example', database: 'd', user: 'u' })
const logger = createLogger(testConfig({ DATABASE_URL: database.url }), 'test beat')

const started: Beat[] = []
afterAll(() => Promise.all(started.map((beat) => beat.stop())))

/** Starts the beat of a worker that does nothing else, or this while it is held. */
async function startBeat(whileHeld?: () => Promise<void>): Promise<{ worker: string; beat: Beat }> {
  const worker = await addWorker(pool)
  const beat = new Beat({
    connectionString: database.url,
    answerTimeoutMs: 10_000,
    poolId: `pool-${worker}`,
    logger,
    ...(whileHeld && { whileHeld }),
  })
  started.push(beat)
  beat.start()
  return { worker, beat }
}

async function holder(): Promise<{ worker_id: string | null; backend_pid: number; term: string }> {
  const { rows } = await pool.query('select worker_id, backend_pid, term from sluice.beat')
  return rows[0] as never
}

test('one of several beats holds the lock and says so; when it stops another takes over', async () => {
  const beats = [await startBeat(), await startBeat(), await startBeat()]
  const first = await eventually(async () => {
    const { worker_id } = await holder()
    expect(beats.map(({ worker }) => worker)).toContain(worker_id)
    return worker_id
  })
  const { rows } = await pool.query(
    `select count(*)::integer as locks from pg_locks where locktype = 'advisory' and granted and pid = (select backend_pid from sluice.beat)`,
  )
  expect(rows).toEqual([{ locks: 1 }])
  await beats.find(({ worker }) => worker === first)!.beat.stop()
  const second = await eventually(async () => {
    const { worker_id } = await holder()
    expect(worker_id).not.toBeNull()
    expect(worker_id).not.toBe(first)
    return worker_id
  })
  expect(beats.map(({ worker }) => worker)).toContain(second)
  await Promise.all(beats.map(({ beat }) => beat.stop()))
  expect((await holder()).worker_id).toBeNull()
})

test('a new schedule, also one from psql, is planned at once and fires at its time', async () => {
  const { beat } = await startBeat()
  await eventually(async () => expect((await holder()).worker_id).not.toBeNull())
  const name = await insertSchedule(pool, { cron: '* * * * * *', overlap_policy: 'allow' })
  await eventually(async () => expect((await firesOf(pool, name)).length).toBeGreaterThanOrEqual(2))
  const fires = await firesOf(pool, name)
  expect(fires.map(({ outcome }) => outcome)).not.toContain('missed')
  const gap = fires[1]!.fire_at.getTime() - fires[0]!.fire_at.getTime()
  expect(gap).toBe(1000)
  await pool.query('select sluice.drop_schedule($1)', [name])
  await beat.stop()
})

test('a beat whose connection is cut comes back, and fires what came due meanwhile', async () => {
  const { beat } = await startBeat()
  const { backend_pid, term } = await eventually(async () => {
    const held = await holder()
    expect(held.worker_id).not.toBeNull()
    return held
  })
  await pool.query('select pg_terminate_backend($1)', [backend_pid])
  const name = await insertSchedule(pool, { cron: '0 0 1 1 *', misfire_policy: 'one' })
  await settle(pool, name, '2025-06-01T00:00:00Z')
  await eventually(async () => expect(await firesOf(pool, name)).toMatchObject([{ outcome: 'submitted' }]))
  expect(Number((await holder()).term)).toBeGreaterThan(Number(term))
  await beat.stop()
})

test('a long catch-up is fired in many transactions, under one term of the beat', async () => {
  const beats = [await startBeat(), await startBeat()]
  const { term } = await eventually(async () => {
    const held = await holder()
    expect(held.worker_id).not.toBeNull()
    return held
  })
  const late = { cron: '* * * * * *', misfire_policy: 'all', catch_up_limit: 200, overlap_policy: 'allow' }
  const name = await insertSchedule(pool, late)
  await settle(pool, name, new Date(Date.now() - 600_000).toISOString())
  const { rows } = await eventually(async () => {
    const fired = await pool.query<{ fires: number }>(
      `select count(*)::integer as fires from sluice.fires where schedule = $1 and outcome = 'submitted' group by xmin::text`,
      [name],
    )
    expect(fired.rows.reduce((sum, { fires }) => sum + fires, 0)).toBeGreaterThanOrEqual(200)
    return fired
  })
  expect(Math.max(...rows.map(({ fires }) => fires))).toBeLessThanOrEqual(25)
  expect((await holder()).term).toBe(term)
  await pool.query('select sluice.drop_schedule($1)', [name])
  await Promise.all(beats.map(({ beat }) => beat.stop()))
})

test('what was begun while the beat was held keeps nobody from having it next', async () => {
  const done = Promise.withResolvers<void>()
  const { beat } = await startBeat(() => done.promise)
  onTestFinished(() => done.resolve())
  const heldAfter = (term: number): Promise<{ backend_pid: number; term: string }> =>
    eventually(async () => {
      const held = await holder()
      expect(held.worker_id).not.toBeNull()
      expect(Number(held.term)).toBeGreaterThan(term)
      return held
    })
  const first = await heldAfter(Number((await holder()).term) - 1)
  await pool.query('select pg_terminate_backend($1)', [first.backend_pid])
  await heldAfter(Number(first.term))
  let isStopped = false
  const stopped = beat.stop().then(() => (isStopped = true))
  await eventually(async () => expect((await holder()).worker_id).toBeNull())
  expect(isStopped).toBe(false)
  done.resolve()
  await stopped
})

test('a holder that has frozen is put out after 3 s without a heartbeat, not before', async () => {
  const frozen = await connectBeat(database)
  const frozenWorker = await addWorker(pool)
  const term = await holdBeat(frozen, `pool-${frozenWorker}`, undefined)
  expect(term).toBeDefined()
  const other = await connectBeat(database)
  const otherWorker = await addWorker(pool)
  const take = (): Promise<string | undefined> => holdBeat(other, `pool-${otherWorker}`, undefined)
  expect(await take()).toBeUndefined()
  await pool.query(`update sluice.beat set heartbeat_at = clock_timestamp() - interval '2.9 seconds'`)
  expect(await take()).toBeUndefined()
  await pool.query(`update sluice.beat set heartbeat_at = clock_timestamp() - interval '3.1 seconds'`)
  expect(await take()).toBe(String(Number(term) + 1))
  expect((await holder()).worker_id).toBe(otherWorker)
  await expect(frozen.query('select 1')).rejects.toThrow(/terminat|closed|not queryable/)
  await Promise.all([frozen.end().catch(() => undefined), other.end()])
})

test('a worker that drains or was declared dead does not take the beat', async () => {
  const client = await connectBeat(database)
  const worker = await addWorker(pool)
  await pool.query('update sluice.workers set draining = true where id = $1', [worker])
  expect(await holdBeat(client, `pool-${worker}`, undefined)).toBeUndefined()
  await client.end()
})

test.each([
  ['the death', 'SIGKILL'],
  ['a freeze', 'SIGSTOP'],
] as const)('%s of the worker that holds the beat lets another worker take it within 5 s', async (_what, signal) => {
  await using first = await spawnWorker(database)
  await eventually(async () => expect((await holder()).worker_id).toBe(first.id))
  await using second = await spawnWorker(database)
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where application_name = 'sluice worker (beat)' and datname = current_database()`,
    )
    expect(rowCount).toBe(2)
  })
  const lastHeard = await pool.query<{ at: Date }>('select heartbeat_at as at from sluice.beat')
  first.signal(signal)
  await eventually(async () => expect((await holder()).worker_id).toBe(second.id))
  // From a sign of life that is up to a second older than its end.
  const { rows } = await pool.query("select held_since - $1 < interval '6 seconds' as in_time from sluice.beat", [
    lastHeard.rows[0]!.at,
  ])
  expect(rows).toEqual([{ in_time: true }])
  const name = await insertSchedule(pool, { cron: '* * * * * *', overlap_policy: 'allow' })
  await eventually(async () => expect((await firesOf(pool, name)).length).toBeGreaterThan(0))
})
