/** What is particular to results in S3: how they get there, and what happens when S3 does not do what it should. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { readChunks } from '../../src/results/readChunks.ts'
import { ResultStoreUnavailable } from '../../src/results/resultErrors.ts'
import { S3Bucket } from '../../src/results/s3/bucket.ts'
import { createStores, type ResultStores } from '../../src/results/stores.ts'
import { storeFailure } from '../../src/results/storeFailure.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { beginRun, noise, readManifest, textBatch, type TestRun } from '../helpers/resultRuns.ts'
import { startS3, type S3Fault, type S3Request } from '../helpers/s3.ts'
import { startProxy } from '../helpers/tcpProxy.ts'
import { unpackFrames } from './unpackFrames.ts'

const { pool } = await createDatabase()
const s3 = await startS3()
const proxy = await startProxy(new URL(s3.url))
const viaProxy = { ...s3.config, endpoint: proxy.url }
const writeSeconds: number[] = []
const patience = { attempts: 2, requestTimeoutMs: 2_000, firstSegmentMs: 200 }
const stores = createStores(pool, s3.config, patience, (seconds) => writeSeconds.push(seconds))
const throughProxy = createStores(pool, viaProxy, { attempts: 2 })
afterEach(() => {
  s3.fail = () => undefined
  proxy.mend()
})
afterAll(async () => {
  await stores.close()
  await throughProxy.close()
  await proxy.close()
  await s3.close()
})

const mebibyte = 1024 * 1024
const everything = { from: 0, to: Number.MAX_SAFE_INTEGER }

const objectsOf = async ({ claim }: TestRun): Promise<string[]> =>
  (await s3.keys()).filter((key) => key.includes(claim.queryId))

async function placesOf({ claim }: TestRun): Promise<(number | null)[]> {
  const { rows } = await pool.query<{ segment: number | null }>(
    'select segment from sluice.chunks where query_id = $1 order by n',
    [claim.queryId],
  )
  return rows.map(({ segment }) => segment)
}

describe('a result moves to S3', () => {
  test('with all its chunks once it has more stored bytes than the lane keeps in PostgreSQL', async () => {
    const run = await beginRun(pool, stores, { s3AboveBytes: 500_000 })
    for (let n = 0; n < 3; n++) await run.writer.write(textBatch([noise(150_000)]))
    await eventually(async () => expect(await placesOf(run)).toEqual([null, null, null]))
    expect(await objectsOf(run)).toEqual([])
    expect(writeSeconds).toEqual([])
    for (let n = 3; n < 8; n++) await run.writer.write(textBatch([noise(150_000)]))
    const manifest = await run.succeed()
    expect(manifest).toMatchObject({ bucket: s3.bucket, chunks: 8, rows: 8 })
    expect(writeSeconds).toHaveLength((await objectsOf(run)).length)
    expect(Math.min(...writeSeconds)).toBeGreaterThan(0)
    expect(new Set(await placesOf(run)).has(null)).toBe(false)
    const chunks = await Array.fromAsync(readChunks(stores, manifest, everything))
    expect(chunks.map(({ n, firstRow }) => [n, firstRow])).toEqual(Array.from({ length: 8 }, (_, n) => [n, n]))
    expect(manifest.storedBytes).toBe(chunks.reduce((sum, { frame }) => sum + frame.length, 0))
  })

  test('and not while it is smaller', async () => {
    const run = await beginRun(pool, stores, { s3AboveBytes: 10_000_000 })
    for (let n = 0; n < 3; n++) await run.writer.write(textBatch([noise(150_000)]))
    expect(await run.succeed()).toMatchObject({ bucket: null, chunks: 3 })
    expect(await objectsOf(run)).toEqual([])
  })

  test('and not if it fits into its manifest', async () => {
    const run = await beginRun(pool, stores, { s3AboveBytes: 0 })
    await run.writer.write(textBatch(['small'], true))
    const manifest = await run.succeed()
    expect(manifest).toMatchObject({ bucket: null, chunks: 1 })
    expect(manifest.inlineChunk).not.toBeNull()
  })

  test('under a key that carries attempt and lease token', async () => {
    const run = await beginRun(pool, stores, { s3AboveBytes: 0 })
    await run.writer.write(textBatch([noise(100_000)], true))
    await run.succeed()
    const { queryId, attempt, token } = run.claim
    expect(await objectsOf(run)).toEqual([
      expect.stringMatching(new RegExp(`^sluice/[^/]+/${queryId}/${attempt}-${token}/0\\.arrows\\.zst$`)),
    ])
  })

  test('as an object that is a whole Arrow stream', async () => {
    const run = await beginRun(pool, throughProxy, { s3AboveBytes: 0 })
    for (let n = 0; n < 9; n++) await run.writer.write(textBatch([`row ${n}`, noise(1_000_000)], n === 8))
    await run.succeed()
    const [key] = await objectsOf(run)
    const { rows } = flechette(unpackFrames(readFileSync(s3.fileOf(key!))))
    expect(rows.map(([text]) => (text as string).slice(0, 5)).filter((text) => text.startsWith('row'))).toEqual(
      Array.from({ length: 9 }, (_, n) => `row ${n}`),
    )
  })
})

test('a run that goes on shows its chunks in S3 segment by segment', async () => {
  const run = await beginRun(pool, stores, { s3AboveBytes: 0 })
  for (let segment = 0; segment < 3; segment++) {
    for (let n = 0; n < 2; n++) await run.writer.write(textBatch([noise(100_000)]))
    await eventually(async () => {
      const manifest = await readManifest(pool, run.claim.queryId)
      expect(manifest?.chunks).toBe(2 * (segment + 1))
      expect(await Array.fromAsync(readChunks(stores, manifest!, everything))).toHaveLength(2 * (segment + 1))
    })
  }
  const manifest = await run.succeed()
  const segments = await placesOf(run)
  expect(segments).toHaveLength(6)
  // Each round ends its segments before the next begins; a slow one may have ended one more.
  expect(new Set([segments[1], segments[3], segments[5]]).size).toBe(3)
  expect(await objectsOf(run)).toHaveLength(new Set(segments).size)
  expect(manifest).toMatchObject({ chunks: 6, rows: 6 })
})

/** Writes until the store fails, and gives up as a worker does; the error with which the query ends. */
async function failingRun(
  to: ResultStores,
  chunkBytes = mebibyte,
): Promise<{ run: TestRun; code: string; message: string }> {
  const run = await beginRun(pool, to, { s3AboveBytes: 0 })
  try {
    for (let n = 0; n < 20; n++) await run.writer.write(textBatch([noise(chunkBytes)]))
    await run.succeed()
  } catch (error) {
    await run.writer.abandon()
    return { run, ...storeFailure(error).error }
  }
  throw new Error('The run succeeded.')
}

describe('a store that fails', () => {
  const puts = (fault: S3Fault) => (request: S3Request) => (request.method === 'PUT' ? fault : undefined)

  test.each<[what: string, fault: S3Fault, code: string, message: RegExp]>([
    [
      'says 503 SlowDown',
      { status: 503, code: 'SlowDown' },
      'result_store_failed',
      /in S3: it answered SlowDown \(503\)/,
    ],
    ['says 500', { status: 500, code: 'InternalError' }, 'result_store_failed', /it answered InternalError \(500\)/],
    ['refuses', { status: 403, code: 'AccessDenied' }, 'result_store_failed', /it answered AccessDenied \(403\)/],
    [
      'is full',
      { status: 507, code: 'XMinioStorageFull' },
      'result_store_full',
      /it answered XMinioStorageFull \(507\)/,
    ],
  ])('because it %s ends the run clearly, and leaves nothing', async (_, fault, code, message) => {
    s3.fail = puts(fault)
    const failure = await failingRun(stores)
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(message)
    s3.fail = () => undefined
    expect(await readManifest(pool, failure.run.claim.queryId)).toBeUndefined()
    expect(await s3.uploads()).toEqual([])
    expect(await objectsOf(failure.run)).toEqual([])
  })

  test('once is asked again', async () => {
    let faults = 0
    s3.fail = ({ method }) => (method === 'PUT' && faults++ === 0 ? { status: 503, code: 'SlowDown' } : undefined)
    const run = await beginRun(pool, stores, { s3AboveBytes: 0 })
    await run.writer.write(textBatch([noise(100_000)], true))
    expect(await run.succeed()).toMatchObject({ chunks: 1, bucket: s3.bucket })
    expect(faults).toBeGreaterThan(1)
  })

  test('at the last part shows nothing of the segment', async () => {
    s3.fail = ({ method, query }) =>
      method === 'POST' && query['uploadId'] !== undefined ? { status: 500, code: 'InternalError' } : undefined
    const { run, code } = await failingRun(throughProxy)
    expect(code).toBe('result_store_failed')
    expect(await readManifest(pool, run.claim.queryId)).toBeUndefined()
  })

  test.each([1, 300, 70_000, 5 * mebibyte])('as the connection breaks at byte %d', async (up) => {
    proxy.breakAt({ up })
    const { run, code, message } = await failingRun(throughProxy)
    expect(code).toBe('result_store_failed')
    expect(message).toMatch(/the connection broke|did not answer/)
    proxy.mend()
    expect(await readManifest(pool, run.claim.queryId)).toBeUndefined()
  })

  test('as the connection breaks once costs only a try', async () => {
    proxy.breakAt({ up: 70_000, times: 1 })
    const run = await beginRun(pool, throughProxy, { s3AboveBytes: 0 })
    for (let n = 0; n < 8; n++) await run.writer.write(textBatch([noise(mebibyte)]))
    expect(await run.succeed()).toMatchObject({ chunks: 8 })
  })

  test('because its disk is full in PostgreSQL has a code of its own', () => {
    const error = Object.assign(new Error('could not extend file'), { code: '53100' })
    expect(storeFailure(error).error).toMatchObject({ code: 'result_store_full', retryable: false })
  })
})

describe('a download from S3', () => {
  async function stored(): Promise<NonNullable<Awaited<ReturnType<typeof readManifest>>>> {
    const run = await beginRun(pool, stores, { s3AboveBytes: 0 })
    for (let n = 0; n < 4; n++) await run.writer.write(textBatch([noise(800_000)]))
    return await run.succeed()
  }

  test.each([1, 400, 100_000, 1_000_000])('goes on when the connection breaks at byte %d', async (down) => {
    const manifest = await stored()
    proxy.breakAt({ down, times: 2 })
    expect(await Array.fromAsync(readChunks(throughProxy, manifest, everything))).toHaveLength(4)
  })

  test.each([1, 400, 100_000])('ends with an error when it always breaks at byte %d', async (down) => {
    const manifest = await stored()
    proxy.breakAt({ down })
    await expect(Array.fromAsync(readChunks(throughProxy, manifest, everything))).rejects.toBeInstanceOf(
      ResultStoreUnavailable,
    )
  })

  test('says so where there are no settings for S3', async () => {
    const manifest = await stored()
    const without = createStores(pool, undefined)
    await expect(Array.fromAsync(readChunks(without, manifest, everything))).rejects.toThrow(
      `The result is in S3 (bucket ${s3.bucket}), and this process has no settings for S3. Set SLUICE_S3_BUCKET`,
    )
  })

  test('asks for no more than the chunks of the window', async () => {
    const manifest = await stored()
    s3.requests.length = 0
    await Array.fromAsync(readChunks(stores, manifest, { from: 2, to: 3 }))
    const { rows } = await pool.query<{ range: string }>(
      `select format('bytes=%s-%s', object_offset, object_offset + stored_bytes - 1) as range
       from sluice.chunks where query_id = $1 and n = 2`,
      [manifest.queryId],
    )
    expect(s3.requests.map(({ method, headers }) => [method, headers['range']])).toEqual([['GET', rows[0]!.range]])
  })
})

describe('the settings', () => {
  const folder = join(import.meta.dirname, '..', 'fixtures', 'tls')

  test('make the server encrypt what it stores', async () => {
    const encrypting = createStores(pool, { ...s3.config, encryption: 'aws:kms', kmsKeyId: 'a key' })
    const run = await beginRun(pool, encrypting, { s3AboveBytes: 0 })
    s3.requests.length = 0
    for (let n = 0; n < 7; n++) await run.writer.write(textBatch([noise(mebibyte)]))
    await run.succeed()
    await encrypting.close()
    const begin = s3.requests.find(({ query }) => 'uploads' in query)!
    expect(begin.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'a key',
    })
  })

  test('put the bucket into the path or before the host', async () => {
    for (const [pathStyle, url] of [
      [true, 'http://s3.example/bucket/key'],
      [false, 'http://bucket.s3.example/key'],
    ] as const) {
      const bucket = new S3Bucket({ ...s3.config, bucket: 'bucket', endpoint: 'http://s3.example', pathStyle })
      const { client, sdk } = await bucket.open()
      let asked: { protocol: string; hostname: string; path: string } | undefined
      client.middlewareStack.add(
        () => async (args) => {
          asked = args.request as NonNullable<typeof asked>
          throw new Error('Nothing is sent.')
        },
        { step: 'finalizeRequest' },
      )
      await client.send(new sdk.GetObjectCommand({ Bucket: 'bucket', Key: 'key' })).catch(() => undefined)
      expect(`${asked!.protocol}//${asked!.hostname}${asked!.path}`).toBe(url)
      bucket.close()
    }
  })

  test('name the authority that signed the certificate of the server', async () => {
    const tls = {
      key: readFileSync(join(folder, 'key.pem'), 'utf8'),
      cert: readFileSync(join(folder, 'certificate.pem'), 'utf8'),
    }
    await using secured = await startS3({ tls })
    const trusting = createStores(pool, { ...secured.config, caFile: join(folder, 'certificate.pem') })
    const run = await beginRun(pool, trusting, { s3AboveBytes: 0 })
    await run.writer.write(textBatch([noise(100_000)], true))
    expect(await Array.fromAsync(readChunks(trusting, await run.succeed(), everything))).toHaveLength(1)
    await trusting.close()
    const strict = createStores(pool, secured.config, { attempts: 1 })
    expect((await failingRun(strict)).message).toMatch(/the connection broke \([A-Z_]*SELF_SIGNED[A-Z_]*\)/)
    await strict.close()
  })
})
