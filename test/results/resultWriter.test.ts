import { crc32 } from 'node:zlib'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Batch } from '../../src/arrow/batch.ts'
import { encodeSchema } from '../../src/arrow/encode.ts'
import type { Claim } from '../../src/queries/claim.ts'
import { decompress } from '../../src/results/frames.ts'
import { inlineBytes, ResultWriter } from '../../src/results/resultWriter.ts'
import { LeaseLost } from '../../src/results/store.ts'
import { createStores } from '../../src/results/stores.ts'
import { batchOf } from '../arrow/wireRows.ts'
import { createDatabase } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { addLane, addWorker, submitAndClaim } from '../helpers/runs.ts'

const { pool } = await createDatabase()
const stores = createStores(pool, undefined)
const fields = [{ name: 't', typeOid: 25, typeModifier: -1 }]
const { columns } = batchOf(fields, [])

let worker: string
let lane: string
let claim: Claim
let writer: ResultWriter

beforeAll(async () => {
  await pool.query(
    `insert into sluice.sources (name, host, database, username) values ('default', 'localhost', 'x', 'x')`,
  )
  worker = await addWorker(pool)
  lane = await addLane(pool, { concurrency: 100 })
})
beforeEach(async () => {
  claim = await submitAndClaim(pool, worker, lane)
  writer = new ResultWriter(stores, claim, columns)
})

/** Text that hardly compresses. */
function noise(bytes: number): string {
  let text = ''
  for (let i = 0; text.length < bytes; i++) text += crc32(`${claim.queryId} ${i}`).toString(36)
  return text
}

function batch(rows: string[], last = false): Batch {
  const { rows: count, message } = batchOf(
    fields,
    rows.map((value) => [value]),
  )
  return { rows: count, message, columns, last }
}

interface StoredChunk {
  n: number
  first_row: string
  rows: number
  raw_bytes: number
  data: Buffer
  intact: boolean
}

async function storedChunks(): Promise<StoredChunk[]> {
  const { rows } = await pool.query<StoredChunk>(
    `select n, first_row, rows, raw_bytes, data, checksum = crc32(data) as intact
     from sluice.chunks where query_id = $1 and token = $2 order by n`,
    [claim.queryId, claim.token],
  )
  return rows
}

async function manifest(): Promise<Record<string, unknown> | undefined> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select rows::int, raw_bytes::int, stored_bytes::int, chunks, complete, schema_message from sluice.results where query_id = $1`,
    [claim.queryId],
  )
  return rows[0]
}

describe('a result of several batches', () => {
  test('is stored chunk by chunk, in order, each with a checksum that PostgreSQL agrees with', async () => {
    const batches = Array.from({ length: 7 }, (_, n) =>
      batch(
        Array.from({ length: n + 1 }, () => noise(5000)),
        n === 6,
      ),
    )
    for (const one of batches) await writer.write(one)
    const draft = await writer.finish()
    const chunks = await storedChunks()

    expect(chunks.map(({ n, first_row, rows, intact }) => [n, Number(first_row), rows, intact])).toEqual([
      [0, 0, 1, true],
      [1, 1, 2, true],
      [2, 3, 3, true],
      [3, 6, 4, true],
      [4, 10, 5, true],
      [5, 15, 6, true],
      [6, 21, 7, true],
    ])
    const contents = await Promise.all(chunks.map(({ data, raw_bytes }) => decompress(data, raw_bytes)))
    expect(contents.map((content, n) => content.equals(batches[n]!.message))).toEqual(chunks.map(() => true))
    const rawBytes = batches.reduce((sum, { message }) => sum + message.length, 0)
    const storedBytes = chunks.reduce((sum, { data }) => sum + data.length, 0)
    expect(draft).toMatchObject({ rows: 28, chunks: 7, rawBytes, storedBytes, inline: null })
    // The manifest grows with the chunks, for those who read while the query runs.
    expect(await manifest()).toEqual({
      rows: 28,
      raw_bytes: rawBytes,
      stored_bytes: storedBytes,
      chunks: 7,
      complete: false,
      schema_message: encodeSchema(columns),
    })
  })

  test('never has more than two chunks on their way', async () => {
    const client = await pool.connect()
    let taken = 0
    const writing = async (): Promise<void> => {
      for (let n = 0; n < 5; n++) {
        await writer.write(batch([noise(100_000)]))
        taken++
      }
    }
    // Nobody can store while this lock is held.
    await client.query('begin; lock table sluice.results in access exclusive mode')
    const written = writing()
    try {
      await eventually(async () => {
        const { rows } = await pool.query(
          `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        )
        expect(rows).toHaveLength(1)
      })
      expect(taken).toBeLessThan(2)
    } finally {
      await client.query('rollback')
      client.release()
    }
    await written
    await writer.finish()
    expect(await storedChunks()).toHaveLength(5)
  })
})

describe('a result of one batch', () => {
  test('that is small stays out of the store and goes into its manifest', async () => {
    const only = batch(['a', 'b'], true)
    await writer.write(only)
    const draft = await writer.finish()
    expect(await storedChunks()).toEqual([])
    expect(await manifest()).toBeUndefined()
    expect(draft).toMatchObject({
      rows: 2,
      chunks: 1,
      rawBytes: only.message.length,
      storedBytes: draft.inline!.frame.length,
    })
    expect(draft.inline!.checksum).toBe(crc32(draft.inline!.frame))
    expect((await decompress(draft.inline!.frame, draft.rawBytes)).equals(only.message)).toBe(true)
  })

  test('that is large is stored', async () => {
    await writer.write(batch([noise(3 * inlineBytes)], true))
    expect(await writer.finish()).toMatchObject({ chunks: 1, inline: null })
    expect(await storedChunks()).toHaveLength(1)
  })

  test('that is small but came before the end is stored', async () => {
    await writer.write(batch(['a']))
    expect(await writer.finish()).toMatchObject({ chunks: 1, inline: null })
    expect(await storedChunks()).toHaveLength(1)
  })

  test('without rows is nothing but its columns', async () => {
    expect(await writer.finish()).toMatchObject({
      rows: 0,
      chunks: 0,
      inline: null,
      schemaMessage: encodeSchema(columns),
    })
    expect(await storedChunks()).toEqual([])
  })
})

describe('a run that has lost its lease', () => {
  test('stores nothing and learns of it', async () => {
    await pool.query('delete from sluice.leases where query_id = $1', [claim.queryId])
    const writing = (async () => {
      for (let n = 0; n < 5; n++) await writer.write(batch([noise(100_000)]))
      await writer.finish()
    })()
    await expect(writing).rejects.toBeInstanceOf(LeaseLost)
    await writer.abandon()
    expect(await storedChunks()).toEqual([])
    expect(await manifest()).toBeUndefined()
  })

  test('half way stores nothing more', async () => {
    for (let n = 0; n < 3; n++) await writer.write(batch([noise(100_000)]))
    await expect.poll(async () => (await storedChunks()).length).toBe(3)
    await pool.query('update sluice.leases set token = token + 1000000 where query_id = $1', [claim.queryId])
    const writing = (async () => {
      for (let n = 0; n < 3; n++) await writer.write(batch([noise(100_000)]))
      await writer.finish()
    })()
    await expect(writing).rejects.toBeInstanceOf(LeaseLost)
    expect(await storedChunks()).toHaveLength(3)
  })

  test('is not told from another query that runs', async () => {
    const other = await submitAndClaim(pool, worker, lane)
    const foreign = new ResultWriter(stores, { ...claim, token: other.token }, columns)
    await foreign.write(batch([noise(100_000)]))
    await expect(foreign.finish()).rejects.toBeInstanceOf(LeaseLost)
  })
})

test('a chunk that cannot be stored fails the result, and nothing comes after it', async () => {
  const nowhere = new ResultWriter(stores, { ...claim, expiresOn: '1999-01-01' }, columns)
  await nowhere.write(batch([noise(100_000)]))
  await expect(nowhere.finish()).rejects.toThrow(/no partition/)
  await expect(nowhere.write(batch(['x']))).rejects.toThrow(/no partition/)
  await nowhere.abandon()
  expect(await storedChunks()).toEqual([])
})
