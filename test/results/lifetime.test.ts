/** How results are kept longer, deleted, archived, and what is cleaned up after runs that left something behind. */
import type pg from 'pg'
import { request } from 'undici'
import { afterAll, expect, test, vi } from 'vitest'
import { archiveResults } from '../../src/results/archive.ts'
import { expireResults } from '../../src/results/expire.ts'
import type { Manifest } from '../../src/results/manifest.ts'
import { readChunks } from '../../src/results/readChunks.ts'
import { collectDropped } from '../../src/results/s3/collectDropped.ts'
import { presignResult } from '../../src/results/s3/presign.ts'
import { sweepBucket } from '../../src/results/s3/sweep.ts'
import { ResultReaders } from '../../src/results/resultReaders.ts'
import { createStores } from '../../src/results/stores.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { beginRun, noise, readManifest, textBatch, type TestRun } from '../helpers/resultRuns.ts'
import { startS3 } from '../helpers/s3.ts'
import { unpackFrames } from './unpackFrames.ts'

const { pool } = await createDatabase()
const s3 = await startS3()
const stores = createStores(pool, s3.config, { firstSegmentMs: 200 })
afterAll(async () => {
  await stores.close()
  await s3.close()
})

const everything = { from: 0, to: Number.MAX_SAFE_INTEGER }
const inAnHourAndABit = (): number => Date.now() + 61 * 60_000

async function stored(s3AboveBytes: number | null, chunks = 4): Promise<{ run: TestRun; manifest: Manifest }> {
  const run = await beginRun(pool, stores, { s3AboveBytes })
  for (let n = 0; n < chunks; n++) await run.writer.write(textBatch([`row ${n}`, noise(200_000)]))
  return { run, manifest: await run.succeed() }
}

const objectsOf = async (queryId: string): Promise<string[]> => (await s3.keys()).filter((key) => key.includes(queryId))

async function frames(manifest: Manifest): Promise<string[]> {
  const chunks = await Array.fromAsync(readChunks(stores, manifest, everything))
  return chunks.map(({ frame }) => frame.toString('base64'))
}

test.each([null, 0])(
  'a result that is kept longer outlives the day that it was written for (S3 above %s)',
  async (above) => {
    const { manifest } = await stored(above)
    const before = await frames(manifest)
    const day = '2020-06-01'
    await pool.query(
      `create table sluice.chunks_20200601 partition of sluice.chunks for values from ('${day}') to ('2020-06-02')`,
    )
    await pool.query('update sluice.chunks set expires_on = $2 where query_id = $1', [manifest.queryId, day])
    await pool.query('update sluice.results set expires_on = $2 where query_id = $1', [manifest.queryId, day])
    const old = (await readManifest(pool, manifest.queryId))!

    const reading = readChunks(stores, old, everything)
    await reading.next()
    expect(await expireResults(pool)).toMatchObject({ dropped: [], rescued: 1 })
    const moved = (await readManifest(pool, manifest.queryId))!
    expect(moved.expiresOn).toBe(moved.expiresAt.toISOString().slice(0, 10))
    expect(await frames(moved)).toEqual(before)
    expect(await expireResults(pool)).toMatchObject({ dropped: ['chunks_20200601'], rescued: 0 })
    // Who began before goes on, though its partition is gone.
    expect((await Array.fromAsync(reading)).length).toBe(3)
  },
)

test('a result that is archived is served unchanged, also to those who were reading it', async () => {
  const { manifest } = await stored(null, 12)
  await pool.query(`update sluice.lanes set archive_after_days = 2 where name <> 'default'`)
  const before = await frames(manifest)
  const reading = readChunks(stores, { ...manifest }, everything)
  await reading.next()
  expect(await archiveResults(stores)).toMatchObject({ results: 0 })
  await pool.query(`update sluice.results set created_at = now() - interval '49 hours' where query_id = $1`, [
    manifest.queryId,
  ])
  expect(await archiveResults(stores)).toEqual({ results: 1, bytes: manifest.storedBytes })
  const archived = (await readManifest(pool, manifest.queryId))!
  expect(archived.bucket).toBe(s3.bucket)
  expect(await frames(archived)).toEqual(before)
  expect((await Array.fromAsync(reading)).length).toBe(11)
  expect(await archiveResults(stores)).toMatchObject({ results: 0 })
  const { rowCount } = await pool.query('select from sluice.chunks where query_id = $1 and data is not null', [
    manifest.queryId,
  ])
  expect(rowCount).toBe(0)
})

test('a signed address gives the whole result, of one segment or of several', async () => {
  const one = await stored(0, 2)
  const run = await beginRun(pool, stores, { s3AboveBytes: 0 })
  for (let n = 0; n < 3; n++) {
    await run.writer.write(textBatch([`segment ${n}`, noise(n === 1 ? 12_000_000 : 100_000)]))
    await eventually(async () => expect((await readManifest(pool, run.claim.queryId))?.chunks).toBe(n + 1))
  }
  const several = await run.succeed()
  expect(await objectsOf(several.queryId)).toHaveLength(3)
  for (const manifest of [one.manifest, several]) {
    // fetch would unpack the first frame alone.
    const answer = await request((await presignResult(stores, manifest))!)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/vnd.apache.arrow.stream',
      'content-encoding': 'zstd',
    })
    const { rows } = flechette(unpackFrames(Buffer.from(await answer.body.arrayBuffer())))
    expect(rows).toHaveLength(manifest.rows)
  }
  expect(await presignResult(stores, (await stored(null, 2)).manifest)).toBeUndefined()
})

test('an expired result leaves no object behind', async () => {
  const { manifest } = await stored(0)
  expect(await objectsOf(manifest.queryId)).not.toEqual([])
  await pool.query(`update sluice.results set expires_at = now() - interval '16 minutes' where query_id = $1`, [
    manifest.queryId,
  ])
  expect((await expireResults(pool)).manifests).toBe(1)
  await collectDropped(stores)
  expect(await objectsOf(manifest.queryId)).toEqual([])
  expect((await pool.query('select from sluice.dropped_objects')).rowCount).toBe(0)
})

test('what S3 does not delete now is deleted the next time', async () => {
  const { manifest } = await stored(0)
  await pool.query('select sluice.delete_result($1)', [manifest.queryId])
  s3.fail = ({ method }) => (method === 'DELETE' ? { status: 403, code: 'AccessDenied' } : undefined)
  await expect(collectDropped(stores)).rejects.toThrow('As the test has it.')
  s3.fail = () => undefined
  expect(await objectsOf(manifest.queryId)).not.toEqual([])
  await collectDropped(stores)
  expect(await objectsOf(manifest.queryId)).toEqual([])
})

test('objects of a run that lost its lease are not visible, and are swept', async () => {
  const zombie = await beginRun(pool, stores, { s3AboveBytes: 0 })
  await zombie.writer.write(textBatch([noise(100_000)]))
  await pool.query('delete from sluice.leases where query_id = $1', [zombie.claim.queryId])
  await expect(zombie.writer.finish()).rejects.toThrow('lease')
  const { manifest } = await stored(0)
  const running = await beginRun(pool, stores, { s3AboveBytes: 0 })
  await running.writer.write(textBatch([noise(100_000)]))
  await running.writer.finish()
  expect(await objectsOf(zombie.claim.queryId)).toHaveLength(1)
  expect(await sweepBucket(stores)).toEqual({ objects: 0, bytes: 0, uploads: 0 })
  expect(await sweepBucket(stores, inAnHourAndABit())).toMatchObject({ objects: 1 })
  expect(await objectsOf(zombie.claim.queryId)).toEqual([])
  expect(await objectsOf(manifest.queryId)).toHaveLength(1)
  expect(await objectsOf(running.claim.queryId)).toHaveLength(1)
})

test.each([-1, 1])(
  'a clock of this machine that is %i days wrong sweeps nothing fresh and signs no wrong time',
  async (days) => {
    const zombie = await beginRun(pool, stores, { s3AboveBytes: 0 })
    await zombie.writer.write(textBatch([noise(100_000)]))
    await pool.query('delete from sluice.leases where query_id = $1', [zombie.claim.queryId])
    await expect(zombie.writer.finish()).rejects.toThrow('lease')
    const { manifest } = await stored(0)
    const { rows } = await pool.query<{ now: Date }>('select now()')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * 86_400_000 })
    try {
      expect(await sweepBucket(stores)).toEqual({ objects: 0, bytes: 0, uploads: 0 })
      const { searchParams } = new URL((await presignResult(stores, manifest))!)
      expect(searchParams.get('X-Amz-Date')!.slice(0, 11)).toBe(
        rows[0]!.now.toISOString().replaceAll('-', '').slice(0, 11),
      )
      expect(Number(searchParams.get('X-Amz-Expires'))).toBeGreaterThan(3500)
    } finally {
      vi.useRealTimers()
    }
    expect(await sweepBucket(stores, inAnHourAndABit())).toMatchObject({ objects: 1 })
  },
)

test('an upload that nobody goes on with is swept', async () => {
  const { manifest } = await stored(0)
  const { client, sdk } = await stores.bucket!.open()
  const key = manifest.objectPrefix!.replace(/\/\d+-\d+\/$/, '/9-999999/') + '0.arrows.zst'
  await client.send(new sdk.CreateMultipartUploadCommand({ Bucket: s3.bucket, Key: key }))
  expect(await sweepBucket(stores, inAnHourAndABit())).toMatchObject({ uploads: 1 })
  expect(await s3.uploads()).toEqual([])
})

test('chunks of a lost attempt are deleted, those of results and of expired ones are not', async () => {
  const lost = await beginRun(pool, stores)
  await lost.writer.write(textBatch([noise(100_000)]))
  await lost.writer.finish()
  const { manifest } = await stored(null, 2)
  const expired = await stored(null, 2)
  await pool.query('delete from sluice.results where query_id = any ($1)', [
    [lost.claim.queryId, expired.manifest.queryId],
  ])
  expect((await pool.query('select sluice.delete_orphaned_chunks() as n')).rows).toEqual([{ n: '0' }])
  await pool.query('delete from sluice.leases where query_id = $1', [lost.claim.queryId])
  expect((await pool.query('select sluice.delete_orphaned_chunks() as n')).rows).toEqual([{ n: '1' }])
  expect(await frames(manifest)).toHaveLength(2)
})

test('keeping a result has limits, and says them', async () => {
  const { manifest, run } = await stored(null, 1)
  const keep = (seconds: number) => pool.query('select sluice.keep_result($1, $2)', [manifest.queryId, seconds])
  await keep(7200)
  const { rows } = await pool.query<{ left: number }>(
    'select round(extract(epoch from expires_at - now()))::integer as left from sluice.results where query_id = $1',
    [manifest.queryId],
  )
  expect(rows[0]!.left).toBeGreaterThan(7100)
  await expect(keep(31_536_000)).rejects.toThrow(/allows at most 2592000/)
  await expect(keep(0)).rejects.toThrow('ttl_seconds must be at least 1.')
  const failed = await beginRun(pool, stores)
  await expect(pool.query('select sluice.keep_result($1, 60)', [failed.claim.queryId])).rejects.toThrow('running')
  await failed.fail()
  await expect(pool.query('select sluice.keep_result($1, 60)', [failed.claim.queryId])).rejects.toThrow('no result')
  await pool.query('select sluice.delete_result($1)', [run.claim.queryId])
  await expect(keep(60)).rejects.toThrow('kept until its time was over')
})

test.each([null, 0])('a slow download is not cut by expiry (S3 above %s)', async (above) => {
  const readers = new ResultReaders(pool, 20)
  const { manifest } = await stored(above, 12)
  const known = async (): Promise<number | null> =>
    (await pool.query('select from sluice.result_readers where query_id = $1', [manifest.queryId])).rowCount
  const reading = readChunks({ ...stores, readers }, manifest, everything)
  await reading.next()
  await eventually(async () => expect(await known()).toBe(1))
  // Everything about it expired long ago.
  const day = above === null ? '2020-07-01' : '2020-07-02'
  const partition = `chunks_${day.replaceAll('-', '')}`
  await pool.query(
    `create table sluice.${partition} partition of sluice.chunks for values from ('${day}') to ('${day}'::date + 1)`,
  )
  await pool.query('update sluice.chunks set expires_on = $2 where query_id = $1', [manifest.queryId, day])
  await pool.query(
    `update sluice.results set expires_on = $2, expires_at = now() - interval '2 hours' where query_id = $1`,
    [manifest.queryId, day],
  )
  manifest.expiresOn = day
  await eventually(async () => {
    const { rows } = await pool.query('select expires_on::text from sluice.result_readers where query_id = $1', [
      manifest.queryId,
    ])
    expect(rows).toEqual([{ expires_on: day }])
  })
  expect(await expireResults(pool)).toMatchObject({ manifests: 0, dropped: [] })
  await collectDropped(stores)
  expect((await Array.fromAsync(reading)).length).toBe(11)

  await eventually(async () => expect(await known()).toBe(0))
  expect(await expireResults(pool)).toMatchObject({ manifests: 1, dropped: [partition] })
  await collectDropped(stores)
  expect(await objectsOf(manifest.queryId)).toEqual([])
  await readers.close()
})

test('a download that ends while it is made known is forgotten all the same', async () => {
  const { manifest } = await stored(null, 1)
  let writes = 0
  const slow = Object.assign(Object.create(pool) as typeof pool, {
    async query(config: pg.QueryConfig) {
      leave()
      writes++
      return await pool.query(config)
    },
  })
  const readers = new ResultReaders(slow, 20)
  const leave = readers.enter(manifest)
  await eventually(() => expect(writes).toBeGreaterThan(1))
  await readers.close()
  const { rowCount } = await pool.query('select from sluice.result_readers where query_id = $1', [manifest.queryId])
  expect(rowCount).toBe(0)
})
