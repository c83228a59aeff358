import pg from 'pg'
import { expect, test } from 'vitest'
import { addSource } from '../../src/sources/manage.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addWorker, submitAndClaim } from '../helpers/runs.ts'
import { freePort } from '../helpers/server.ts'
import { runCli } from './runCli.ts'

const database = await createDatabase()
const { pool } = database
const source = await createSource(database)
const empty = await createDatabase({ empty: true })
const env = { DATABASE_URL: database.url }
const worker = await addWorker(pool)

test('doctor tells each finding with what to do, and exits with 1 for an error, with 0 for warnings alone', async () => {
  await pool.query('update sluice.workers set heartbeat_at = now() where id = $1', [worker])
  const well = await runCli(['doctor'], { env })
  expect(well).toMatchObject({ code: 0, stderr: '' })
  expect(well.stdout).toMatch(/^\d+ checks, (nothing to see to|\d+ warnings?)\.$/m)
  expect((await runCli(['doctor', '--strict'], { env })).code).toBe(/warning/.test(well.stdout) ? 1 : 0)

  await pool.query(`update sluice.workers set heartbeat_at = now() - interval '1 hour' where id = $1`, [worker])
  const ill = await runCli(['doctor'], { env })
  expect(ill.code).toBe(1)
  expect(ill.stdout).toContain(
    'Error: A worker that is silent for 30 seconds has been declared dead by another. (dead_workers_are_reaped)',
  )
  expect(ill.stdout).toMatch(new RegExp(`^  ${worker} process 0 on nowhere was last heard of at`, 'm'))
  expect(ill.stdout).toContain('What to do: Any worker that lives does so: start one.')
})

test('doctor --json prints what was checked and what was found', async () => {
  await addSource(pool, 'away', { host: '127.0.0.1', port: await freePort(), database: 'd', user: 'u', tls: 'disable' })
  const { code, stdout } = await runCli(['doctor', '--json', '--all', '--verify-results'], { env })
  expect(code).toBe(1)
  const report = JSON.parse(stdout)
  expect(report.checked).toEqual(
    expect.arrayContaining(['queue_matches_states', 'chunks_match_checksums', 'sources_answer']),
  )
  expect(report.findings).toContainEqual(
    expect.objectContaining({
      check: 'sources_answer',
      level: 'error',
      total: 1,
      violations: [{ subject: 'away', detail: 'Source away could not be reached (ECONNREFUSED).' }],
    }),
  )
  const offline = JSON.parse((await runCli(['doctor', '--json', '--no-sources'], { env })).stdout)
  expect(offline.checked).not.toContain('sources_answer')
  await pool.query(`delete from sluice.sources where name = 'away'`)
})

test('doctor finds a statement at a source whose run is over', async () => {
  const { queryId } = await submitAndClaim(pool, worker, 'default')
  const name = `sluice:${queryId}:1`
  const client = new pg.Client({ connectionString: source.roleUrl, application_name: name })
  await client.connect()
  try {
    await client.query('begin')
    const find = async (): Promise<unknown[]> => {
      const { stdout } = await runCli(['doctor', '--json'], { env })
      return JSON.parse(stdout).findings.filter(({ check }: { check: string }) => check === 'statements_have_queries')
    }
    expect(await find()).toEqual([])
    await pool.query('delete from sluice.leases')
    const detail = expect.stringContaining(`runs ${name} since`)
    expect(await find()).toMatchObject([
      { violations: [{ subject: expect.stringMatching(/^default, process \d+$/), detail }] },
    ])
  } finally {
    await client.end()
  }
})

test('doctor says what to do where there is no control database', async () => {
  const away = `postgres://u:secret@127.0.0.1:${await freePort()}/d`
  const unreachable = await runCli(['doctor'], { env: { DATABASE_URL: away } })
  expect(unreachable.code).toBe(1)
  expect(unreachable.stdout).toMatch(/\(database_answers\).*\n.*ECONNREFUSED.*\n.*Look whether PostgreSQL runs there/)
  expect(unreachable.stdout).not.toContain('secret')
  const unmigrated = await runCli(['doctor'], { env: { DATABASE_URL: empty.url } })
  expect(unmigrated.code).toBe(1)
  expect(unmigrated.stdout).toContain('Run sluice migrate')
  expect(await runCli(['doctor'])).toMatchObject({ code: 2, stderr: expect.stringContaining('Set DATABASE_URL') })
})
