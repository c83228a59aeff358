/** `sluice worker --processes`: real processes, and what becomes of them. */
import { expect, test } from 'vitest'
import { auditAfterTests } from '../helpers/audit.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { submit } from '../helpers/runs.ts'
import { spawnWorkers } from '../helpers/supervisor.ts'
import { spawnWorker } from '../helpers/worker.ts'
import { runCli } from './runCli.ts'

const database = await createDatabase()
const source = await createSource(database)
auditAfterTests(database)

const testMs = 60_000
/** On SIGUSR2 something goes wrong in a process that nobody catches. */
const breakable = `--import=data:text/javascript,${encodeURIComponent(
  `process.on('SIGUSR2', () => { Promise.reject(new Error('on purpose')) })`,
)}`

test(
  'a process that dies is started again, one that breaks ends its queries first, and SIGTERM lets all end theirs',
  async () => {
    await using workers = await spawnWorkers(database, 2, {
      SLUICE_CONCURRENCY: '1',
      SLUICE_LEASE_SECONDS: '3',
      NODE_OPTIONS: breakable,
    })
    const [first, second] = await workers.alive()
    expect([first!.supervisor_pid, second!.supervisor_pid]).toEqual([workers.pid, workers.pid])

    // Killed: the other takes its query over, and a new process its place.
    const lost = await submit(database.pool, { sql: 'select pg_sleep(1)' })
    const killed = (await runner(lost)) === first!.id ? first! : second!
    process.kill(killed.pid, 'SIGKILL')
    expect(await workers.logged('the worker died; it is started again', { signal: 'SIGKILL' })).toMatchObject({
      delayMs: 500,
      process: expect.any(Number),
    })
    expect(await end(lost)).toMatchObject({ state: 'succeeded', attempt: 2 })
    const afterKill = await workers.alive()
    expect(afterKill.map(({ pid }) => pid)).not.toContain(killed.pid)

    // Broken: it drains while another takes its place, and ends with 1.
    const kept = await submit(database.pool, { sql: 'select pg_sleep(2)' })
    const runs = await runner(kept)
    const broken = afterKill.find(({ id }) => id === runs)!
    process.kill(broken.pid, 'SIGUSR2')
    await workers.logged('unhandled rejection; draining', { pid: broken.pid })
    await workers.logged('the worker broke; another is started')
    expect(await end(kept)).toMatchObject({ state: 'succeeded', attempt: 1, interruptions: 0 })
    await eventually(() => {
      const ended = workers.log().find((line) => line['code'] === 1 && line.pid === broken.pid)
      expect(ended).toBeDefined()
    })
    const afterBreak = await workers.alive()
    expect(afterBreak.map(({ pid }) => pid)).not.toContain(broken.pid)

    // Asked to drain, as from the admin page: another takes its place.
    await database.pool.query('select sluice.drain_worker($1)', [afterBreak[0]!.id])
    await workers.logged('the worker ended; another is started', { pid: afterBreak[0]!.pid })
    expect((await workers.all()).find(({ id }) => id === afterBreak[0]!.id)).toMatchObject({
      stopped: true,
      drain_reason: 'asked to drain',
    })
    await workers.alive()

    const running = await Promise.all([0, 1].map(() => submit(database.pool, { sql: 'select pg_sleep(2)' })))
    for (const id of running) await runner(id)
    workers.signal('SIGTERM')
    expect(await workers.exited).toEqual({ code: 0, signal: null })
    for (const id of running) expect(await end(id)).toMatchObject({ state: 'succeeded', attempt: 1, interruptions: 0 })
    await workers.silent
  },
  testMs,
)

test(
  'a second signal puts back what runs and ends at once',
  async () => {
    await using workers = await spawnWorkers(database, 1, { SLUICE_DRAIN_SECONDS: '86400' })
    const id = await submit(database.pool, { sql: 'select pg_sleep(60)' })
    await runner(id)
    workers.signal('SIGINT')
    await workers.logged('draining')
    workers.signal('SIGINT')
    expect(await workers.exited).toEqual({ code: 0, signal: null })
    expect(await look(id)).toMatchObject({ state: 'queued', interruptions: 1 })
    await database.pool.query('select sluice.cancel($1)', [id])
  },
  testMs,
)

test(
  'processes whose supervisor is killed end their queries and stop',
  async () => {
    const workers = await spawnWorkers(database, 1)
    await workers.alive()
    const id = await submit(database.pool, { sql: 'select pg_sleep(1)' })
    await runner(id)
    workers.signal('SIGKILL')
    await workers.silent
    expect(await look(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
    expect(await workers.all()).toMatchObject([{ stopped: true }])
  },
  testMs,
)

test(
  'a process that has run its queries gives way to one that serves already, and its last query takes as long as it takes',
  async () => {
    await using workers = await spawnWorkers(database, 1, {
      SLUICE_RECYCLE_AFTER_QUERIES: '3',
      // What stops for any other reason would be put back at once.
      SLUICE_DRAIN_SECONDS: '0',
    })
    const [worn] = await workers.alive()
    const gate = await source.pool.connect()
    await gate.query('select pg_advisory_lock(1)')
    const long = await submit(database.pool, { sql: 'select pg_advisory_xact_lock(1)' })
    await runner(long)
    const short = await Promise.all(Array.from({ length: 6 }, () => submit(database.pool)))
    for (const id of short) expect(await end(id)).toMatchObject({ state: 'succeeded', attempt: 1, interruptions: 0 })

    const retired = await workers.logged('draining', { pid: worn!.pid })
    expect(retired).toMatchObject({ reason: expect.stringMatching(/^has run [3-9] queries$/), running: 1 })
    const next = (await workers.all())[1]!
    const serves = await workers.logged('serves its lanes', { pid: next.pid })
    expect(serves.time).toBeLessThanOrEqual(retired.time)

    await gate.query('select pg_advisory_unlock(1)')
    gate.release()
    expect(await end(long)).toMatchObject({ state: 'succeeded', attempt: 1, interruptions: 0, worker_id: worn!.id })
    await workers.logged('the worker process that was replaced has ended', { pid: worn!.pid, code: 0 })
    expect((await workers.all())[0]).toMatchObject({ stopped: true, drain_reason: retired['reason'] })
  },
  testMs,
)

test(
  'a process that holds more memory than it may gives way to another',
  async () => {
    await using workers = await spawnWorkers(database, 1, {
      SLUICE_RECYCLE_ABOVE_MIB: '256',
      SLUICE_LEASE_SECONDS: '3',
    })
    const [heavy] = await workers.alive()
    const id = await submit(database.pool, { sql: `select repeat('x', 150000000) from generate_series(1, 4)` })
    expect(await end(id)).toMatchObject({ state: 'succeeded' })
    expect(await workers.logged('the worker process is worn', { pid: heavy!.pid })).toMatchObject({
      reason: expect.stringMatching(/^holds \d+ MiB of memory$/),
    })
    await workers.logged('the worker process that was replaced has ended', { pid: heavy!.pid, code: 0 })
    expect(await workers.alive()).not.toMatchObject([{ pid: heavy!.pid }])
    expect(await look(id)).toMatchObject({ state: 'succeeded', attempt: 1, interruptions: 0 })
  },
  testMs,
)

test(
  'without a supervisor a process that is worn ends with 0 and says so',
  async () => {
    const worker = await spawnWorker(database, { settings: { SLUICE_RECYCLE_AFTER_QUERIES: '1' } })
    const id = await submit(database.pool)
    expect(await worker.exited).toEqual({ code: 0, signal: null })
    expect(await look(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
    expect(worker.output()).toContain('whoever started it must start another')
  },
  testMs,
)

test(
  'processes that refuse their settings are not started again and again',
  async () => {
    await database.pool.query(`insert into sluice.lanes (name, s3_above_bytes) values ('far', 0)`)
    const { code, stderr } = await runCli(['worker', '--processes', '2', '--lanes', 'far'], {
      env: { DATABASE_URL: database.url },
    })
    expect(code).toBe(2)
    expect(stderr).toContain('SLUICE_S3_BUCKET')
    expect(stderr).not.toContain('started again')
  },
  testMs,
)

test('--processes takes a number from 1', async () => {
  const { code, stderr } = await runCli(['worker', '--processes', '0'], { env: { DATABASE_URL: database.url } })
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'SLUICE_PROCESSES is "0". It takes the number of processes that sluice worker keeps running, 1 to 256.\n',
  })
})

interface Row {
  state: string
  attempt: number
  interruptions: number
  worker_id: string | null
}

async function look(id: string): Promise<Row> {
  const { rows } = await database.pool.query<Row>(
    'select state, attempt, interruptions, worker_id from sluice.queries where id = $1',
    [id],
  )
  return rows[0]!
}

/** The worker that runs a query; waits until one does. */
async function runner(id: string): Promise<string> {
  return await eventually(async () => {
    const { state, worker_id: worker } = await look(id)
    expect(state).toBe('running')
    return worker!
  }, 60_000)
}

async function end(id: string): Promise<Row> {
  return await eventually(async () => {
    const row = await look(id)
    expect(['succeeded', 'failed', 'canceled', 'timed_out']).toContain(row.state)
    return row
  }, 60_000)
}
