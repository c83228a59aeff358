import fc from 'fast-check'
import { parquetMetadata, parquetRead, type FileMetaData } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { readParquet } from 'parquet-wasm'
import { describe, expect, test } from 'vitest'
import type { Column } from '../../src/arrow/columns.ts'
import { decodeBatches } from '../../src/arrow/decode.ts'
import { isNull } from '../../src/arrow/decodedColumn.ts'
import { encodeSchema, endOfStream } from '../../src/arrow/encode.ts'
import { valueText } from '../../src/arrow/text/valueText.ts'
import { ParquetEncoder } from '../../src/results/formats/parquet/encoder.ts'
import { formatParquet } from '../../src/results/formats/parquet/parquet.ts'
import { uniquelyNamed, type RowGroupChunk } from '../../src/results/formats/parquet/rowGroup.ts'
import { compress } from '../../src/results/frames.ts'
import type { Manifest } from '../../src/results/manifest.ts'
import type { RowWindow } from '../../src/results/readChunks.ts'
import type { ReadChunk } from '../../src/results/store.ts'
import type { FieldDescription } from '../../src/wire/messages.ts'
import { flechette, type ReadTable } from '../arrow/readers.ts'
import { anyRows, batchOf, wireColumns, type WireValue } from '../arrow/wireRows.ts'
import { int32 } from '../wire/backendMessages.ts'

const text = (name: string): FieldDescription => ({ name, typeOid: 25, typeModifier: -1 })
const numbers: FieldDescription[] = [{ name: 'i', typeOid: 23, typeModifier: -1 }]

interface Written {
  columns: Column[]
  file: Buffer
  /** The same rows as an Arrow stream. */
  stream: Buffer
}

/** Chunks of so many bytes are a row group each. */
const rowGroupBytes = 4 * 1024 * 1024

async function write(
  fields: readonly FieldDescription[],
  chunks: readonly (readonly (readonly WireValue[])[])[],
  given?: RowWindow,
): Promise<Written> {
  const batches = chunks.map((rows) => batchOf(fields, rows))
  const { columns } = batchOf(fields, [])
  async function* read(): AsyncGenerator<ReadChunk> {
    let firstRow = 0
    for (const [n, { rows, message }] of batches.entries()) {
      const frame = await compress(message)
      yield { n, firstRow, rows, rawBytes: Math.max(message.length, rowGroupBytes), frame, release: () => undefined }
      firstRow += rows
    }
  }
  const pieces: Buffer[] = []
  const window = given ?? { from: 0, to: chunks.flat().length }
  const manifest = { columns, complete: true } as Manifest
  for await (const piece of formatParquet(manifest, read(), window)) pieces.push(Buffer.from(piece))
  const stream = Buffer.concat([encodeSchema(columns), ...batches.map(({ message }) => message), endOfStream])
  return { columns, file: Buffer.concat(pieces), stream }
}

/** Read by the implementation in Rust. */
const readInRust = (file: Buffer): ReadTable => flechette(readParquet(file).intoIPCStream())

/** Read by an implementation in JavaScript, values as they are stored. */
async function readInJavaScript(file: Buffer): Promise<unknown[][]> {
  let rows: unknown[][] = []
  await parquetRead({
    file: new Uint8Array(file).buffer,
    compressors,
    rowFormat: 'array',
    parsers: asStored,
    onComplete: (read) => {
      rows = read as unknown[][]
    },
  })
  return rows
}

const same = (value: unknown): unknown => value
const asStored = {
  timestampFromMilliseconds: same,
  timestampFromMicroseconds: same,
  timestampFromNanoseconds: same,
  dateFromDays: same,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString(),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString(),
  uuidFromBytes: same,
} as never

describe('a Parquet file', () => {
  test('of any columns and values holds what the Arrow stream holds, by two readers', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, fc.nat(40), async ({ fields, rows }, at) => {
        const chunks = [rows.slice(0, at), rows.slice(at)].filter((chunk) => chunk.length > 0)
        const { columns, file, stream } = await write(fields, chunks)
        const expected = flechette(stream)
        const read = readInRust(file)
        expect(read.rows).toEqual(expected.rows)
        expect(read.fields.map(({ type }) => type)).toEqual(
          expected.fields.map(({ type }) => type.replace('Interval(MonthDayNano)', 'Utf8')),
        )

        const values = await readInJavaScript(file)
        const [batch] = decodeBatches(batchOf(fields, rows).message, columns, 0)
        const texts = rows.map((_, row) =>
          batch!.columns.map((column) => (isNull(column, row) ? null : valueText(column)(row))),
        )
        const isText = columns.map(({ layout: { kind } }) => kind === 'utf8' || kind === 'json')
        const comparable = (row: unknown[]): unknown[] =>
          row.map((value, i) => (isText[i] || value === null || value === undefined ? (value ?? null) : 'a value'))
        expect(values.map(comparable)).toEqual(texts.map(comparable))
      }),
      { numRuns: 60 },
    )
  })

  test('has a row group for every few megabytes, each of which can be read alone', async () => {
    const chunks = [300, 1, 500, 20].map((length, n) => Array.from({ length }, (_, i) => [int32(1000 * n + i)]))
    const { file } = await write(numbers, chunks)
    const metadata = parquetMetadata(file)
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([300, 1, 500, 20])
    expect(Number(metadata.num_rows)).toBe(821)
    expect((await readInJavaScript(file)).flat()).toEqual(chunks.flat(2).map((bytes) => bytes.readInt32BE()))
    const { file: whole } = await write(numbers, [chunks[2]!])
    expect(readInRust(file).rows.slice(301, 801)).toEqual(readInRust(whole).rows)
  })

  test('tells the least and greatest value of a column in each row group', async () => {
    const { file } = await write(numbers, [[[int32(5)], [int32(-7)], [null]], [[int32(100)]]])
    const statistics = parquetMetadata(file).row_groups.map(({ columns }) => columns[0]!.meta_data!.statistics)
    expect(statistics).toMatchObject([
      { min_value: -7, max_value: 5, null_count: 1n },
      { min_value: 100, max_value: 100, null_count: 0n },
    ])
  })

  test('says of UUIDs and JSON that they are', async () => {
    const fields = ['text', 'uuid', 'json', 'int4'].map((name) => Object.assign({ name }, wireColumns[name]))
    const { file } = await write(fields, [[['x', Buffer.alloc(16, 7), '{"a":1}', int32(1)]]])
    const types = parquetMetadata(file).schema.map(({ name, logical_type }) => [name, logical_type?.type])
    expect(types.slice(1)).toEqual([
      ['text', 'STRING'],
      ['uuid', 'UUID'],
      ['json', 'JSON'],
      ['int4', undefined],
    ])
    expect(readInRust(file).rows).toEqual([['x', '07070707-0707-0707-0707-070707070707', '{"a":1}', '1']])
  })

  test('without rows has its columns', async () => {
    const { file } = await write([text('a'), text('b')], [])
    const { schema, row_groups, num_rows }: FileMetaData = parquetMetadata(file)
    expect(schema.slice(1).map(({ name }) => name)).toEqual(['a', 'b'])
    expect({ groups: row_groups.length, rows: num_rows }).toEqual({ groups: 0, rows: 0n })
    expect(readInRust(file).rows).toEqual([])
  })

  test('without columns has its rows', async () => {
    const { file } = await write([], [[[], [], []]])
    expect(parquetMetadata(file).num_rows).toBe(3n)
  })

  test('of a window is that part of the whole, across row groups', async () => {
    const chunks = [5, 1, 7, 3].map((length, n) => Array.from({ length }, (_, i) => [int32(100 * n + i)]))
    const whole = (await write(numbers, chunks)).file
    const rows = (await readInJavaScript(whole)).flat()
    for (const [from, to] of [
      [0, 16],
      [0, 1],
      [4, 6],
      [3, 14],
      [15, 16],
    ] as const) {
      // As they are read: those that hold rows of the window.
      const starts = [0, 5, 6, 13]
      const read = chunks.filter((chunk, n) => starts[n]! < to && starts[n]! + chunk.length > from)
      const skipped = starts.findLast((start) => start <= from)!
      const { file } = await write(numbers, read, { from: from - skipped, to: to - skipped })
      expect((await readInJavaScript(file)).flat(), `rows ${from} to ${to}`).toEqual(rows.slice(from, to))
    }
  })

  test('has names that tell its columns apart', () => {
    const named = (...names: string[]): string[] =>
      uniquelyNamed(names.map((name) => ({ name, type: 'text', layout: { kind: 'utf8' } }))).map(({ name }) => name)
    expect(named('a', 'b')).toEqual(['a', 'b'])
    expect(named('a', 'a', 'a_1', 'a', '', '')).toEqual(['a', 'a_2', 'a_1', 'a_3', '', '_1'])
  })
})

describe('the thread that makes row groups', () => {
  const chunk = async (): Promise<RowGroupChunk> => {
    const { message, rows } = batchOf(numbers, [[int32(1)], [int32(2)]])
    return {
      frame: new Uint8Array(await compress(message)),
      rawBytes: message.length,
      firstRow: 0,
      rows,
      from: 0,
      to: rows,
    }
  }
  const { columns } = batchOf(numbers, [])

  test('fails with what is wrong, and makes the next one', async () => {
    const encoder = new ParquetEncoder()
    const good = await chunk()
    const broken = { ...(await chunk()), frame: new Uint8Array(20) }
    const tasks = [good, broken, await chunk()].map((each) => encoder.encode({ columns, chunks: [each], offset: 4 }))
    const outcomes = await Promise.allSettled(tasks)
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const { rowGroups } = await encoder.encode({ columns, chunks: [await chunk()], offset: 4 })
    expect(rowGroups).toHaveLength(1)
    encoder.stop()
  })
})
