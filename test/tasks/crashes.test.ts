import { afterAll, expect, test } from 'vitest'
import { createControlPool } from '../../src/db/pool.ts'
import { createLogger } from '../../src/log.ts'
import { finishMany } from '../../src/queries/finish.ts'
import { ChunksLost } from '../../src/results/store.ts'
import { createStores } from '../../src/results/stores.ts'
import { createSource } from '../helpers/database.ts'
import { testConfig } from '../helpers/config.ts'
import { startOwnPostgres } from '../helpers/ownPostgres.ts'
import { beginRun, noise, readManifest, textBatch, type TestRun } from '../helpers/resultRuns.ts'
import { outcomeOf, stateOf } from '../helpers/runs.ts'

const postgres = await startOwnPostgres()
const { database } = postgres
await createSource(database, { setup: 'create table t as select 1 as x' })

/** As a worker has it: commits wait for no disk. */
const pool = createControlPool({
  connectionString: database.url,
  max: 4,
  applicationName: 'sluice test (as a worker)',
  answerTimeoutMs: 10_000,
  asynchronousCommit: true,
  logger: createLogger(testConfig({ DATABASE_URL: database.url }), 'worker'),
})
afterAll(() => pool.end())
const stores = createStores(pool, undefined)

const chunkBytes = 200_000

async function store(run: TestRun, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await run.writer.write(textBatch([noise(chunkBytes)]))
}

const storedChunks = async ({ claim }: TestRun): Promise<number> =>
  (await database.pool.query('select from sluice.chunks where query_id = $1', [claim.queryId])).rowCount ?? 0

test('a run whose last chunks a crash has taken does not succeed; others that are reported with it do', async () => {
  const [damaged, whole, small] = [await begin(), await begin(), await begin()]
  await store(whole, 2)
  await store(damaged, 1)
  const drafts = [await whole.writer.finish()]
  await damaged.writer.finish()
  await postgres.flush()
  await store(damaged, 2)
  drafts.push(await damaged.writer.finish())
  expect(await storedChunks(damaged)).toBe(3)
  await crash()
  expect(await storedChunks(damaged)).toBe(1)

  const [wholeDraft, damagedDraft] = drafts
  const outcomes = [
    outcomeOf(damaged.claim, 'succeeded', { ...damagedDraft!, limitingFactor: null }),
    outcomeOf(whole.claim, 'succeeded', { ...wholeDraft!, limitingFactor: null }),
    outcomeOf(small.claim, 'succeeded', { expiresOn: small.claim.expiresOn }),
  ]
  expect(await finishMany(pool, outcomes)).toEqual(['running', 'succeeded', 'succeeded'])
  expect(await stateOf(database.pool, damaged.claim.queryId)).toBe('running')
  expect(await readManifest(database.pool, damaged.claim.queryId)).toMatchObject({ complete: false, chunks: 1 })
  await damaged.fail()
  expect(await storedChunks(damaged)).toBe(0)
})

test('a chunk that is stored after a crash which took the one before it is refused', async () => {
  const run = await begin()
  await store(run, 2)
  await run.writer.finish()
  await crash()
  await store(run, 1)
  await expect(run.writer.finish()).rejects.toBeInstanceOf(ChunksLost)
  await run.fail()
})

/** A claimed query, whose claim survives a crash. */
async function begin(): Promise<TestRun> {
  const run = await beginRun(pool, stores)
  await postgres.flush()
  return run
}

async function crash(): Promise<void> {
  await postgres.crash()
  await postgres.start()
}
