/** What every store of results promises. */
import { open } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import type { Batch } from '../../src/arrow/batch.ts'
import { decompress } from '../../src/results/frames.ts'
import type { Manifest } from '../../src/results/manifest.ts'
import { findWindow, readChunk, readChunks } from '../../src/results/readChunks.ts'
import { ResultCorrupt, ResultWithdrawn } from '../../src/results/resultErrors.ts'
import { LeaseLost, type ReadChunk } from '../../src/results/store.ts'
import { createStores } from '../../src/results/stores.ts'
import { createDatabase } from '../helpers/database.ts'
import { beginRun, noise, readManifest, textBatch, type TestRun } from '../helpers/resultRuns.ts'
import { startS3 } from '../helpers/s3.ts'

const { pool, url } = await createDatabase()
const s3 = await startS3()
const stores = createStores(pool, s3.config)
afterAll(async () => {
  await stores.close()
  await s3.close()
})

const everything = { from: 0, to: Number.MAX_SAFE_INTEGER }
const mebibyte = 1024 * 1024

async function read(manifest: Manifest, window = everything): Promise<ReadChunk[]> {
  return await Array.fromAsync(readChunks(stores, manifest, window))
}

interface Kind {
  begin(): Promise<TestRun>
  /** Damages the stored bytes of chunk n. */
  damage(manifest: Manifest, n: number): Promise<void>
  /** Takes the bytes of chunk n away behind the manifest's back. */
  lose(manifest: Manifest, n: number): Promise<void>
}

const postgresql: Kind = {
  begin: () => beginRun(pool, stores),
  async damage({ queryId }, n) {
    await pool.query(
      `update sluice.chunks set data = set_byte(data, octet_length(data) / 2, (get_byte(data, octet_length(data) / 2) + 1) % 256)
       where query_id = $1 and n = $2`,
      [queryId, n],
    )
  },
  async lose({ queryId }, n) {
    await pool.query('delete from sluice.chunks where query_id = $1 and n = $2', [queryId, n])
  },
}

const inS3: Kind = {
  begin: () => beginRun(pool, stores, { s3AboveBytes: 0 }),
  async damage({ queryId }, n) {
    const { rows } = await pool.query<{ key: string; at: number }>(
      `select object_prefix || segment || '.arrows.zst' as key, (object_offset + chunks.stored_bytes / 2)::integer as at
       from sluice.chunks join sluice.results using (query_id, token) where query_id = $1 and n = $2`,
      [queryId, n],
    )
    const file = await open(s3.fileOf(rows[0]!.key), 'r+')
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, rows[0]!.at)
    byte[0]! ^= 1
    await file.write(byte, 0, 1, rows[0]!.at)
    await file.close()
  },
  async lose({ queryId }) {
    await pool.query(`update sluice.results set object_prefix = object_prefix || 'gone/' where query_id = $1`, [
      queryId,
    ])
  },
}

/** Seven batches, of one row and then one more each. */
function batches(rowBytes = 20_000): Batch[] {
  return Array.from({ length: 7 }, (_, n) =>
    textBatch(
      Array.from({ length: n + 1 }, () => noise(rowBytes)),
      n === 6,
    ),
  )
}

describe.each([
  ['postgresql', postgresql],
  ['s3', inS3],
])('the store %s', (name, kind) => {
  async function store(written: Batch[]): Promise<Manifest> {
    const run = await kind.begin()
    for (const batch of written) await run.writer.write({ ...batch, message: Buffer.from(batch.message) })
    return await run.succeed()
  }

  test('gives back what was written, chunk by chunk', async () => {
    const written = batches()
    const manifest = await store(written)
    expect(manifest.bucket).toBe(name === 's3' ? s3.bucket : null)
    const chunks = await read(manifest)
    expect(chunks.map(({ n, firstRow, rows }) => [n, firstRow, rows])).toEqual(
      [0, 1, 3, 6, 10, 15, 21].map((firstRow, n) => [n, firstRow, n + 1]),
    )
    const bodies = await Promise.all(chunks.map(({ frame, rawBytes }) => decompress(frame, rawBytes)))
    expect(bodies.map((body, n) => body.equals(written[n]!.message))).toEqual(written.map(() => true))
    expect(manifest).toMatchObject({
      complete: true,
      rows: 28,
      chunks: 7,
      rawBytes: written.reduce((sum, { message }) => sum + message.length, 0),
      storedBytes: chunks.reduce((sum, { frame }) => sum + frame.length, 0),
    })
  })

  test('gives any window, any chunk, in any order', async () => {
    const manifest = await store(batches(1000))
    for (let from = 0; from <= 29; from++) {
      for (const to of [from, from + 1, from + 9, 28, 100]) {
        const chunks = await read(manifest, { from, to })
        const wanted = [0, 1, 3, 6, 10, 15, 21].flatMap((firstRow, n) =>
          firstRow < to && firstRow + n + 1 > from && from < Math.min(to, 28) ? [n] : [],
        )
        expect(
          chunks.map(({ n }) => n),
          `rows ${from} to ${to}`,
        ).toEqual(wanted)
      }
    }
    for (const n of [6, 0, 3]) expect((await readChunk(stores, manifest, n))?.rows).toBe(n + 1)
    expect(await findWindow(stores, manifest, 3)).toEqual({ from: 6, to: 10 })
    expect(await readChunk(stores, manifest, 7)).toBeUndefined()
    expect(await findWindow(stores, manifest, 7)).toBeUndefined()
  })

  test('takes chunks larger than a part of an upload', async () => {
    const written = [textBatch([noise(7 * mebibyte)]), textBatch([noise(6 * mebibyte), 'x']), textBatch(['y'], true)]
    const chunks = await read(await store(written))
    const bodies = await Promise.all(chunks.map(({ frame, rawBytes }) => decompress(frame, rawBytes)))
    expect(bodies.map((body, n) => body.equals(written[n]!.message))).toEqual([true, true, true])
  })

  test('shows what it has of a result that still grows, and takes it back if the run fails', async () => {
    const run = await kind.begin()
    for (const batch of batches().slice(0, 4)) await run.writer.write(batch)
    await run.writer.finish()
    const growing = (await readManifest(pool, run.claim.queryId))!
    expect(growing).toMatchObject({ complete: false, rows: 10, chunks: 4 })
    expect((await read(growing)).map(({ rows }) => rows)).toEqual([1, 2, 3, 4])
    await run.fail()
    expect(await readManifest(pool, run.claim.queryId)).toBeUndefined()
    await expect(read(growing)).rejects.toBeInstanceOf(ResultWithdrawn)
  })

  test('tells a damaged chunk by its checksum, names it, and counts it', async () => {
    const manifest = await store(batches())
    await kind.damage(manifest, 4)
    const error = await read(manifest).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ResultCorrupt)
    expect((error as Error).message).toBe(`Chunk 4 of query ${manifest.queryId} does not match its checksum`)
    expect((await readChunk(stores, manifest, 3))?.rows).toBe(4)
    await expect(readChunk(stores, manifest, 4)).rejects.toBeInstanceOf(ResultCorrupt)
    const { rows } = await pool.query(
      'select n, reads::integer, reason from sluice.corrupt_chunks where query_id = $1',
      [manifest.queryId],
    )
    expect(rows).toEqual([{ n: 4, reads: 2, reason: 'does not match its checksum' }])
  })

  test('tells a chunk that is gone', async () => {
    const manifest = await store(batches())
    await kind.lose(manifest, 2)
    const now = (await readManifest(pool, manifest.queryId))!
    await expect(readChunk(stores, now, 2)).rejects.toThrow(/Chunk 2 of query \S+ is missing/)
  })

  test('takes nothing from a run that has lost its lease', async () => {
    const run = await kind.begin()
    await pool.query('delete from sluice.leases where query_id = $1', [run.claim.queryId])
    const writing = (async () => {
      for (const batch of batches()) await run.writer.write(batch)
      await run.writer.finish()
    })()
    await expect(writing).rejects.toBeInstanceOf(LeaseLost)
    await run.writer.abandon()
    expect(await readManifest(pool, run.claim.queryId)).toBeUndefined()
    expect(await chunkRows(run)).toBe(0)
  })

  test('takes nothing more from a run that was given up', async () => {
    const run = await kind.begin()
    const [first, ...others] = batches()
    await run.writer.write(first!)
    await run.writer.abandon()
    await expect(run.writer.write(others[0]!)).rejects.toThrow('given up')
    await expect(run.writer.finish()).rejects.toThrow('given up')
    await run.fail()
    expect(await readManifest(pool, run.claim.queryId)).toBeUndefined()
    expect(await chunkRows(run)).toBe(0)
    expect(await s3.uploads()).toEqual([])
  })

  test('drops a result whole', async () => {
    const manifest = await store(batches())
    await pool.query('select sluice.drop_result($1)', [manifest.queryId])
    expect(await readManifest(pool, manifest.queryId)).toBeUndefined()
    const { rows } = await pool.query('select from sluice.chunks where query_id = $1', [manifest.queryId])
    expect(rows).toEqual([])
    const dropped = await pool.query('select from sluice.dropped_objects where object_prefix = $1', [
      manifest.objectPrefix,
    ])
    expect(dropped.rowCount).toBe(name === 's3' ? 1 : 0)
  })
})

async function chunkRows({ claim }: TestRun): Promise<number> {
  return (await pool.query('select from sluice.chunks where query_id = $1', [claim.queryId])).rowCount!
}

test('however many read chunks of PostgreSQL at a time, they leave connections to others', async () => {
  const run = await beginRun(pool, stores)
  for (let n = 0; n < 7; n++) await run.writer.write({ ...batches()[n]!, message: Buffer.from(batches()[n]!.message) })
  const manifest = await run.succeed()
  const few = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5_000 })
  const reader = createStores(few, undefined)
  const reads = Array.from({ length: 40 }, (_, i) => readChunk(reader, manifest, i % 7))
  expect({ used: few.totalCount, waiting: few.waitingCount }).toEqual({ used: 2, waiting: 0 })
  await few.query('select 1')
  expect((await Promise.all(reads)).map((chunk) => chunk!.n)).toEqual(reads.map((_, i) => i % 7))
  await reader.close()
  await few.end()
})
