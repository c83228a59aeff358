/** Results of which a column changed its layout while they were written. */
import { readFile } from 'node:fs/promises'
import { readParquet } from 'parquet-wasm'
import { afterAll, describe, expect, test } from 'vitest'
import type { Batch } from '../../src/arrow/batch.ts'
import { arrowBytes, formatArrow, formatArrowZstd } from '../../src/results/formats/arrow.ts'
import { formatMsgpack } from '../../src/results/formats/msgpack.ts'
import { formatParquet } from '../../src/results/formats/parquet/parquet.ts'
import { formatText } from '../../src/results/formats/text.ts'
import type { Manifest } from '../../src/results/manifest.ts'
import { previewOf } from '../../src/results/preview.ts'
import { openChunks, readChunks } from '../../src/results/readChunks.ts'
import { createStores } from '../../src/results/stores.ts'
import { BatchBuilder } from '../../src/sources/builders/batchBuilder.ts'
import { flechette } from '../arrow/readers.ts'
import { wireTypes } from '../arrow/wireRows.ts'
import { createDatabase } from '../helpers/database.ts'
import { beginRun, noise, readManifest, type TestRun } from '../helpers/resultRuns.ts'
import { startS3 } from '../helpers/s3.ts'
import { dataRow, int32 } from '../wire/backendMessages.ts'
import { unpackFrames } from './unpackFrames.ts'

const { pool } = await createDatabase()
const s3 = await startS3()
const stores = createStores(pool, s3.config)
afterAll(async () => {
  await stores.close()
  await s3.close()
})

const infinity = 0x7fffffff
const rowsEach = 5
/** Bytes beside each date, so that nothing is kept in a manifest. */
const noiseBytes = 20_000

/** Batches of dates, day by day from 2000-01-01; those of `infinite` end with an infinite one. */
function dates(batches: number, infinite: readonly number[]): Batch[] {
  const types = wireTypes()
  const fields = [1082, 25].map((typeOid, i) => ({ name: `c${i}`, typeOid, typeModifier: -1 }))
  const builder = new BatchBuilder(
    fields.map((field) => types.plan(field)),
    types,
  )
  return Array.from({ length: batches }, (_, n) => {
    for (let i = 0; i < rowsEach; i++) {
      const isInfinite = infinite.includes(n) && i === rowsEach - 1
      const row = dataRow([int32(isInfinite ? infinity : n * rowsEach + i), noise(noiseBytes)])
      builder.append(row, 5, row.length)
    }
    return { ...builder.close(), last: n === batches - 1 }
  })
}

function datesExpected(batches: number, infinite: readonly number[]): string[] {
  return Array.from({ length: batches * rowsEach }, (_, row) =>
    infinite.includes(Math.floor(row / rowsEach)) && row % rowsEach === rowsEach - 1
      ? 'infinity'
      : new Date(Date.UTC(2000, 0, 1 + row)).toISOString().slice(0, 10),
  )
}

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = []
  for await (const piece of pieces) copies.push(Buffer.from(piece))
  return Buffer.concat(copies)
}

describe.each([
  ['in PostgreSQL', null],
  ['in S3', 0],
  // The change comes before the move, or after it.
  ['that moves to S3 after two batches', 3 * rowsEach * noiseBytes],
  ['that moves to S3 after five batches', 6 * rowsEach * noiseBytes],
] as const)('a result %s', (_, s3AboveBytes) => {
  const begin = (): Promise<TestRun> => beginRun(pool, stores, { s3AboveBytes })

  test('is in one layout for every reader, from every row', async () => {
    const run = await begin()
    for (const batch of dates(8, [4, 6])) await run.writer.write(batch)
    const manifest = await run.succeed()
    expect(manifest.columns.map(({ layout, earlier }) => [layout.kind, earlier])).toEqual([
      ['utf8', [{ layout: { kind: 'date32' }, before: 4 * rowsEach }]],
      ['utf8', undefined],
    ])
    expect(arrowBytes(manifest)).toBe(undefined)
    const expected = datesExpected(8, [4, 6])
    for (const [from, to] of [
      [0, 40],
      [3, 7],
      [18, 23],
      [19, 20],
      [20, 21],
      [33, 40],
      [40, 40],
    ] as const) {
      const window = { from, to }
      const open = (): ReturnType<typeof openChunks> => openChunks(readChunks(stores, manifest, window))
      const values = expected.slice(from, to)
      const csv = (await bytesOf(formatText('csv', manifest, await open(), window))).toString()
      expect(
        csv
          .split('\r\n')
          .slice(1, -1)
          .map((line) => line.split(',')[0]),
      ).toEqual(values)
      const json = (await bytesOf(formatText('ndjson', manifest, await open(), window))).toString()
      expect(
        json
          .split('\n')
          .slice(0, -1)
          .map((line) => (JSON.parse(line) as string[])[0]),
      ).toEqual(values)
      const arrow = flechette(await bytesOf(formatArrow(manifest, await open(), window)))
      expect(arrow.fields.map(({ type }) => type)).toEqual(['Utf8', 'Utf8'])
      expect(arrow.rows.map(([value]) => value)).toEqual(values)
      const frames = await bytesOf(formatArrowZstd(manifest, await open(), window))
      expect(flechette(unpackFrames(frames)).rows.map(([value]) => value)).toEqual(values)
      const file = await bytesOf(formatParquet(manifest, await open(), window))
      expect(flechette(readParquet(file).intoIPCStream()).rows.map(([value]) => value)).toEqual(values)
      const packed = await bytesOf(formatMsgpack(manifest, await open(), window))
      expect(values.every((value) => packed.includes(value))).toBe(true)
    }
    const preview = JSON.parse((await previewOf(stores, manifest)).rowsJson) as string[][]
    expect(preview.map(([value]) => value)).toEqual(expected.slice(0, preview.length))
  })
})

test('who reads what there was before the change goes on reading it as it was', async () => {
  const run = await beginRun(pool, stores)
  const batches = dates(4, [3])
  for (const batch of batches.slice(0, 3)) await run.writer.write(batch)
  await expect.poll(async () => (await readManifest(pool, run.claim.queryId))?.chunks).toBe(3)
  const manifest = (await readManifest(pool, run.claim.queryId))!
  await run.writer.write(batches[3]!)
  const whole = await run.succeed()
  expect([manifest, whole].map(({ columns }) => columns[0]!.layout.kind)).toEqual(['date32', 'utf8'])
  const window = { from: 0, to: manifest.rows }
  const read = flechette(
    await bytesOf(formatArrow(manifest, await openChunks(readChunks(stores, manifest, window)), window)),
  )
  expect(read.fields[0]!.type).toBe('Date32')
  expect(read.rows.map(([value]) => value)).toEqual(datesExpected(3, []))
})

test('every segment in S3 is a whole Arrow stream', async () => {
  const run = await beginRun(pool, stores, { s3AboveBytes: 3 * rowsEach * noiseBytes })
  for (const batch of dates(8, [1, 5])) await run.writer.write(batch)
  const manifest: Manifest = await run.succeed()
  const { rows } = await pool.query<{ segment: number }>(
    'select distinct segment from sluice.chunks where query_id = $1 order by 1',
    [manifest.queryId],
  )
  expect(rows.length).toBeGreaterThan(1)
  const tables = await Promise.all(
    rows.map(async ({ segment }) => {
      const frames = await readFile(s3.fileOf(`${manifest.objectPrefix}${segment}.arrows.zst`))
      return flechette(unpackFrames(frames))
    }),
  )
  expect(tables.map(({ fields }) => fields[0]!.type)).toEqual(['Date32', 'Utf8'])
  expect(tables.flatMap(({ rows }) => rows.map(([value]) => value))).toEqual(datesExpected(8, [1, 5]))
})
