import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { databaseChecks, examine, type Finding } from '../../src/doctor/examine.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { compress, checksum } from '../../src/results/frames.ts'
import { storeChunk } from '../../src/results/storeChunk.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { addWorker, outcomeOf, submit, submitAndClaim, takeTickets } from '../helpers/runs.ts'
import { damages, run } from './damages.ts'

const database = await createDatabase()
const { pool } = database
await createSource(database)

/** A query in each state that damages ask for. */
let ids: Record<'queued' | 'running' | 'succeeded' | 'chunked', string>
let mend = ''

/** The test server does without the disk. */
const ofTheServer = 'database_keeps_commits'

beforeEach(async () => {
  await takeTickets(pool, 'default')
  const worker = await addWorker(pool)
  const inlined = await submitAndClaim(pool, worker, 'default')
  const frame = await compress(Buffer.from('one chunk'))
  const inline = { frame, checksum: checksum(frame) }
  await finishMany(pool, [
    outcomeOf(inlined, 'succeeded', {
      expiresOn: inlined.expiresOn,
      chunks: 1,
      rows: 1,
      storedBytes: frame.length,
      inline,
    }),
  ])
  const chunked = await submitAndClaim(pool, worker, 'default')
  for (const n of [0, 1]) {
    const chunk = { n, firstRow: 2 * n, rows: 2, rawBytes: 9, ...inline }
    await storeChunk(pool, chunked, [], Buffer.from('schema'), chunk)
  }
  await finishMany(pool, [
    outcomeOf(chunked, 'succeeded', {
      expiresOn: chunked.expiresOn,
      chunks: 2,
      rows: 4,
      rawBytes: 18,
      storedBytes: 2 * frame.length,
    }),
  ])
  const running = await submitAndClaim(pool, worker, 'default')
  const queued = await submit(pool)
  ids = { queued, running: running.queryId, succeeded: inlined.queryId, chunked: chunked.queryId }
})

afterEach(async () => {
  vi.useRealTimers()
  if (mend !== '') await pool.query(mend)
  mend = ''
  for (const table of ['queue', 'leases', 'queries', 'query_events', 'results', 'chunks', 'workers']) {
    await pool.query(`delete from sluice.${table}`)
  }
  await pool.query('delete from graphile_worker._private_jobs')
})

async function findings(): Promise<Finding[]> {
  const report = await examine(database.url, { since: null, verifyResults: true, withSources: false })
  return report.findings.filter(
    ({ violations }) => !violations.every(({ subject }) => /^(fsync|full_page)/.test(subject)),
  )
}

test('a system that is well gives no findings', async () => {
  expect(await findings()).toEqual([])
})

test('there is a damage for every check', () => {
  const names = databaseChecks.map(({ name }) => name).filter((name) => name !== 'clocks_agree')
  expect(Object.keys(damages).toSorted()).toEqual([...names, 'chunks_match_checksums'].toSorted())
  expect(names).toContain(ofTheServer)
})

const cases = Object.entries(damages).flatMap(([check, list]) => list.map((damage) => ({ check, ...damage })))

test.each(cases)('$check finds a system that $what', async ({ check, sql, mend: after, says }) => {
  mend = after ?? ''
  await run(pool, sql, ids)
  const found = (await findings()).find((finding) => finding.check === check)
  const told = found?.violations.map(({ subject, detail }) => `${subject} ${detail}`) ?? []
  const wanted = new RegExp(says.source.replace(/\\\$(\w+)/g, (_, name: keyof typeof ids) => ids[name]))
  expect(told).toContainEqual(expect.stringMatching(wanted))
  expect(found!.advice).not.toBe('')
})

test('clocks_agree finds a host whose clock is ten minutes ahead', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
  expect(await findings()).toMatchObject([
    {
      check: 'clocks_agree',
      violations: [{ detail: expect.stringMatching(/^is (600|599)\.\d s behind the clock of this host$/) }],
    },
  ])
})
