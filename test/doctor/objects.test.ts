/** What the doctor says of results in S3. */
import { rm, truncate } from 'node:fs/promises'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { examine } from '../../src/doctor/examine.ts'
import { S3Bucket } from '../../src/results/s3/bucket.ts'
import { createStores } from '../../src/results/stores.ts'
import { createDatabase } from '../helpers/database.ts'
import { beginRun, noise, textBatch } from '../helpers/resultRuns.ts'
import { startS3 } from '../helpers/s3.ts'

const { pool, url } = await createDatabase()
const s3 = await startS3()
const stores = createStores(pool, s3.config)
const bucket = new S3Bucket(s3.config, { attempts: 1 })
afterAll(async () => {
  bucket.close()
  await stores.close()
  await s3.close()
})

beforeEach(() => {
  s3.fail = () => undefined
})

/** Stores a result in S3; its id and the key of its object. */
async function store(): Promise<{ id: string; key: string }> {
  const run = await beginRun(pool, stores, { s3AboveBytes: 0 })
  for (let i = 0; i < 3; i++) await run.writer.write(textBatch([noise(50_000)], i === 2))
  const { queryId, objectPrefix } = await run.succeed()
  return { id: queryId, key: `${objectPrefix}0.arrows.zst` }
}

async function told(): Promise<string[]> {
  const { checked, findings } = await examine(url, { since: null, verifyResults: false, withSources: false, bucket })
  expect(checked).toContain('objects_are_in_s3')
  return findings
    .filter(({ check }) => check === 'objects_are_in_s3')
    .flatMap(({ violations }) => violations.map(({ subject, detail }) => `${subject} ${detail}`))
}

test('an object that is missing or too short is told, with its query; one that is whole is not', async () => {
  await store()
  expect(await told()).toEqual([])
  const [missing, short] = [await store(), await store()]
  await rm(s3.fileOf(missing.key))
  await truncate(s3.fileOf(short.key), 100)
  const found = await told()
  expect(found).toHaveLength(2)
  expect(found).toContain(`${missing.id} object ${missing.key} is missing`)
  expect(found).toContainEqual(
    expect.stringMatching(`${short.id} object ${short.key} has 100 bytes; its chunks end at \\d+`),
  )
})

test('an S3 that does not answer is asked no more', async () => {
  await store()
  s3.fail = () => ({ status: 403, code: 'AccessDenied' })
  expect(await told()).toEqual([expect.stringContaining('S3 did not tell whether')])
})

test('without settings for S3 nobody asks it', async () => {
  const requests = s3.requests.length
  const { checked } = await examine(url, { since: null, verifyResults: false, withSources: false })
  expect(checked).not.toContain('objects_are_in_s3')
  expect(s3.requests.length).toBe(requests)
})
