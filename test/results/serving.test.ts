import { gunzipSync } from 'node:zlib'
import { decodeMulti } from '@msgpack/msgpack'
import { readParquet } from 'parquet-wasm'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flechette, readers } from '../arrow/readers.ts'
import { startServer } from '../helpers/app.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'
import { psqlRows } from '../sources/psql.ts'
import { parseCsv } from './rfc4180.ts'
import { unpackFrames } from './unpackFrames.ts'

const database = await createDatabase()
const source = await createSource(database)
const server = await startServer(database)
const worker = await startWorker(database, { SLUICE_CONCURRENCY: '4' })
afterAll(async () => {
  await worker.stop()
  await server.close()
})

const formats = ['arrow', 'msgpack', 'json', 'ndjson', 'csv', 'parquet'] as const
const largeRows = 24_000
const largeSql = `
  select i, encode(sha512(int4send(i)) || sha512(int4send(-i)), 'hex') as t, case when i % 7 <> 0 then (i * 1.25)::numeric(12,2) end as n,
    timestamptz '2026-01-01 00:00+00' + i * interval '1 minute' as at, i % 2 = 0 as even
  from generate_series(1, ${largeRows}) i`

interface Stored {
  id: string
  /** As the resource tells it. */
  result: { rows: number; bytes: number; chunks: number; [member: string]: unknown }
}

async function submit(sql: string, options: Record<string, unknown> = {}): Promise<Stored> {
  const { json } = await server.request('POST', '/v1/queries?wait=30', { sql, ...options })
  expect(json).toMatchObject({ error: null, state: 'succeeded' })
  return json as Stored
}

interface Download {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** A download as it comes over the wire, with its content encoding still on it. */
async function download(path: string, headers: Record<string, string> = {}): Promise<Download> {
  const answer = await request(server.url + path, { headers })
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) }
}

const result = (id: string, query = ''): string => `/v1/queries/${id}/result?${query}`

/** The rows of a download, each as JSON. */
function rowsOf(format: (typeof formats)[number], body: Buffer): string[] {
  switch (format) {
    case 'arrow':
      return flechette(body).rows.map((row) => JSON.stringify(row))
    case 'parquet':
      return flechette(readParquet(body).intoIPCStream()).rows.map((row) => JSON.stringify(row))
    case 'msgpack':
      return [...unpack(body)].slice(1).map((row) => JSON.stringify(row))
    case 'json':
      return (JSON.parse(body.toString()) as { rows: unknown[] }).rows.map((row) => JSON.stringify(row))
    case 'ndjson':
      return body.toString().split('\n').slice(0, -1)
    case 'csv':
      return parseCsv(body.toString())
        .slice(1)
        .map((row) => JSON.stringify(row))
  }
}

/** Read by an implementation that is not the one that wrote it. */
const unpack = (body: Buffer): Generator => decodeMulti(body, { useBigInt64: false })

async function firstRows(id: string): Promise<number[]> {
  const { rows } = await database.pool.query<{ first_row: number }>(
    'select first_row::integer from sluice.chunks where query_id = $1 order by n',
    [id],
  )
  return rows.map((row) => row.first_row)
}

let large: Stored
let small: Stored
let empty: Stored
beforeAll(async () => {
  large = await submit(largeSql)
  small = await submit(`select i, 'x' as t from generate_series(1, 5) i`)
  empty = await submit(`select 1 as i, 'x' as t where false`)
})

describe('a stored result', () => {
  test('that is large has several chunks, one that is small is in its manifest, one without rows has none', async () => {
    expect(large.result.chunks).toBeGreaterThan(3)
    expect([small.result.chunks, empty.result.chunks]).toEqual([1, 0])
    expect(await firstRows(small.id)).toEqual([])
  })

  test('is what psql prints, by every reader', async () => {
    const { body } = await download(result(large.id, 'format=arrow'))
    const printed = await psqlRows(source.roleUrl, largeSql, 5)
    const lines = (rows: unknown[]): string[] => rows.map((row) => JSON.stringify(row))
    for (const [reader, read] of Object.entries(readers)) {
      expect(lines(read(body).rows), `read by ${reader}`).toEqual(lines(printed))
    }
  })

  test.each(formats)('has all its rows as %s', async (format) => {
    const { body } = await download(result(large.id, `format=${format}`))
    const numbers = rowsOf(format, body).map((row) => Number((JSON.parse(row) as unknown[])[0]))
    expect(numbers).toEqual(Array.from({ length: largeRows }, (_, i) => i + 1))
  })

  test('tells the length of a whole Arrow download', async () => {
    for (const { id } of [large, small, empty]) {
      const { headers, body } = await download(result(id, 'format=arrow'))
      expect(Number(headers['content-length'])).toBe(body.length)
    }
  })

  test.each(formats)('without rows has its columns as %s', async (format) => {
    const { status, body } = await download(result(empty.id, `format=${format}`))
    expect(status).toBe(200)
    expect(rowsOf(format, body)).toEqual([])
    expect(format === 'ndjson' ? ['i', 't'] : namesOf(format, body)).toEqual(['i', 't'])
  })
})

function namesOf(format: (typeof formats)[number], body: Buffer): unknown[] {
  if (format === 'arrow') return flechette(body).fields.map(({ name }) => name)
  if (format === 'parquet') return flechette(readParquet(body).intoIPCStream()).fields.map(({ name }) => name)
  if (format === 'csv') return parseCsv(body.toString())[0]!
  if (format === 'msgpack') return ([...unpack(body)] as [JsonColumns])[0].columns.map(({ name }) => name)
  return (JSON.parse(body.toString()) as JsonColumns).columns.map(({ name }) => name)
}

interface JsonColumns {
  columns: { name: string }[]
}

describe('a window', () => {
  test.each(formats)('of %s is that part of the whole, wherever it lies', async (format) => {
    for (const { id, result: stored } of [large, small, empty]) {
      const whole = rowsOf(format, (await download(result(id, `format=${format}`))).body)
      const borders = [0, ...(await firstRows(id)).slice(1, 4), stored.rows]
      const windows = borders.flatMap((border) => [
        { offset: Math.max(0, border - 2), limit: 4 },
        { offset: Math.max(0, border - 1), limit: 1 },
        { offset: border, limit: 1 },
        { offset: border, limit: 0 },
      ])
      const wide = [
        { offset: 1, limit: Math.max(stored.rows - 2, 0) },
        { offset: borders[1]!, limit: (borders[2] ?? borders[1]!) - borders[1]! },
        { offset: Math.max(0, borders[1]! - 3), limit: 15_000 },
        { offset: 0, limit: 10_000_000 },
        { offset: 10_000_000, limit: 5 },
      ]
      for (const { offset, limit } of [...windows, ...wide]) {
        const { status, body } = await download(result(id, `format=${format}&offset=${offset}&limit=${limit}`))
        expect(status).toBe(200)
        expect(rowsOf(format, body), `offset ${offset}, limit ${limit}`).toEqual(whole.slice(offset, offset + limit))
      }
      const { body } = await download(result(id, `format=${format}&offset=3`))
      expect(rowsOf(format, body)).toEqual(whole.slice(3))
    }
  })
})

describe('chunks', () => {
  test('are each a whole Arrow stream, and all of them are the result', async () => {
    for (const { id, result: stored } of [large, small]) {
      const whole = flechette((await download(result(id, 'format=arrow'))).body)
      const parts: unknown[] = []
      // In any order.
      for (let n = stored.chunks - 1; n >= 0; n--) {
        const { status, body } = await download(`/v1/queries/${id}/result/chunks/${n}`)
        expect(status).toBe(200)
        const chunk = flechette(body)
        expect(chunk.fields).toEqual(whole.fields)
        parts.unshift(...chunk.rows)
      }
      expect(parts).toEqual(whole.rows)
    }
  })

  test('that are not there are not found', async () => {
    for (const { id, result: stored } of [large, small, empty]) {
      const { status, json } = await server.request('GET', `/v1/queries/${id}/result/chunks/${stored.chunks}`)
      expect({ status, code: (json as { code: string }).code }).toEqual({ status: 404, code: 'chunk_not_found' })
    }
  })
})

describe('a part of a whole Arrow stream', () => {
  const path = (id: string): string => result(id, 'format=arrow')

  test('is the same bytes, wherever it lies', async () => {
    for (const { id } of [large, small, empty]) {
      const { headers, body } = await download(path(id))
      expect(headers['accept-ranges']).toBe('bytes')
      const { length } = body
      const middle = length >> 1
      const ranges = [
        [0, 1],
        [0, length],
        [length - 8, length],
        [length - 9, length - 7],
        [200, 300],
        [middle, middle + 1],
        [middle, length],
        [length >> 2, middle],
      ].map(([from, to]) => [Math.max(0, from!), Math.min(to!, length)] as const)
      for (const [from, to] of ranges) {
        const part = await download(path(id), { range: `bytes=${from}-${to - 1}`, 'accept-encoding': 'gzip' })
        expect(part.status).toBe(206)
        expect(part.headers).toMatchObject({
          'content-range': `bytes ${from}-${to - 1}/${length}`,
          'content-length': String(to - from),
          etag: headers.etag,
        })
        expect(part.body.equals(body.subarray(from, to)), `bytes ${from} to ${to} of ${length}`).toBe(true)
      }
    }
  })

  test('from where a download broke off makes it whole', async () => {
    const { headers, body } = await download(path(large.id))
    const pieces: Buffer[] = []
    for (let at = 0; at < body.length; at += 100_001) {
      const range = `bytes=${at}-${at + 100_000}`
      const { status, body: piece } = await download(path(large.id), { range, 'if-range': String(headers.etag) })
      expect(status).toBe(206)
      pieces.push(piece)
    }
    expect(Buffer.concat(pieces).equals(body)).toBe(true)
  })

  test('that lies beyond its end is refused', async () => {
    const { body } = await download(path(small.id))
    const { status, headers, body: problem } = await download(path(small.id), { range: `bytes=${body.length}-` })
    expect(status).toBe(416)
    expect(headers).toMatchObject({ 'content-range': `bytes */${body.length}` })
    expect(headers['content-length']).toBe(String(problem.length))
    expect(JSON.parse(problem.toString())).toMatchObject({ code: 'range_not_satisfiable' })
  })

  test.each<[string, string, Record<string, string>]>([
    ['a result that is another by now', 'format=arrow', { range: 'bytes=0-9', 'if-range': '"other"' }],
    ['several parts', 'format=arrow', { range: 'bytes=0-9,20-29' }],
    ['a window', 'format=arrow&limit=3', { range: 'bytes=0-9' }],
    ['another format', 'format=csv', { range: 'bytes=0-9' }],
  ])('of %s is not given: the whole is', async (_, query, headers) => {
    const whole = await download(result(large.id, query))
    const { status, body } = await download(result(large.id, query), headers)
    expect({ status, same: body.equals(whole.body) }).toEqual({ status: 200, same: true })
  })
})

describe('HEAD', () => {
  test('has the headers of GET and no body', async () => {
    const changing = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'x-request-id'])
    const headersOf = (answer: Download): [string, unknown][] =>
      Object.entries(answer.headers).filter(([name]) => !changing.has(name))
    const paths = formats.map((format) => result(large.id, `format=${format}`))
    paths.push(result(small.id, 'format=arrow'), result(empty.id), `/v1/queries/${large.id}/result/chunks/1`)
    for (const path of paths) {
      for (const encoding of ['identity', 'gzip', 'zstd']) {
        const got = await download(path, { 'accept-encoding': encoding })
        const answer = await request(server.url + path, { method: 'HEAD', headers: { 'accept-encoding': encoding } })
        const headed = { status: answer.statusCode, headers: answer.headers, body: Buffer.alloc(0) }
        expect({ path, encoding, status: headed.status, headers: headersOf(headed) }).toEqual({
          path,
          encoding,
          status: got.status,
          headers: headersOf(got),
        })
      }
    }
  })

  test('of what is not there is refused as GET is', async () => {
    for (const path of [result(large.id, 'format=xlsx'), `/v1/queries/${large.id}/result/chunks/999`]) {
      const { statusCode } = await request(server.url + path, { method: 'HEAD' })
      expect(statusCode).toBe((await download(path)).status)
    }
  })
})

test('what a client has already is not sent again', async () => {
  for (const format of formats) {
    const path = result(large.id, `format=${format}`)
    const { headers } = await download(path)
    const etag = String(headers.etag)
    for (const tag of [etag, `W/${etag}, "other"`, '*']) {
      const { status, body } = await download(path, { 'if-none-match': tag, range: 'bytes=0-5' })
      expect({ format, tag, status, bytes: body.length }).toEqual({ format, tag, status: 304, bytes: 0 })
    }
    expect((await download(path, { 'if-none-match': '"other"' })).status).toBe(200)
  }
})

describe('an encoding', () => {
  const windows = ['', '&offset=10&limit=15000', '&offset=23999']
  const decode = { zstd: unpackFrames, gzip: gunzipSync }

  const encoded = formats.filter((format) => format !== 'parquet')

  test.each(encoded.flatMap((format) => (['zstd', 'gzip'] as const).map((encoding) => [format, encoding] as const)))(
    'of %s in %s holds the same bytes',
    async (format, encoding) => {
      for (const { id } of [large, small, empty]) {
        for (const window of windows) {
          const path = result(id, `format=${format}${window}`)
          const plain = await download(path)
          const packed = await download(path, { 'accept-encoding': encoding })
          expect(plain.headers['content-encoding']).toBeUndefined()
          expect(packed.headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept, Accept-Encoding' })
          expect(decode[encoding](packed.body).equals(plain.body), `window ${window}`).toBe(true)
          expect(packed.headers.etag).not.toBe(plain.headers.etag)
        }
      }
    },
  )

  test('of a chunk holds the same bytes', async () => {
    const path = `/v1/queries/${large.id}/result/chunks/1`
    const packed = await download(path, { 'accept-encoding': 'zstd' })
    expect(unpackFrames(packed.body).equals((await download(path)).body)).toBe(true)
  })

  test('that decoders of one frame understand is chosen where the client likes both', async () => {
    // What undici's fetch asks for, which decodes one frame of zstd and drops the rest.
    const headers = { 'accept-encoding': 'br, gzip, deflate, zstd' }
    for (const format of formats) {
      const path = result(large.id, `format=${format}`)
      const decoded = await fetch(server.url + path, { headers })
      expect(Buffer.from(await decoded.arrayBuffer()).equals((await download(path)).body), `as ${format}`).toBe(true)
    }
  })

  test.each([
    ['gzip, zstd', 'gzip', 'zstd'],
    ['zstd;q=1, gzip;q=0.9', 'zstd', 'zstd'],
    ['zstd', 'zstd', 'zstd'],
    ['gzip;q=1, zstd;q=0.5', 'gzip', 'gzip'],
    ['zstd;q=0', undefined, undefined],
    ['br', undefined, undefined],
  ])('for %s is %s of Arrow and %s of JSON', async (accepted, arrow, json) => {
    const headers = { 'accept-encoding': accepted }
    const answers = [
      await download(result(small.id, 'format=arrow'), headers),
      await download(result(small.id, 'format=json'), headers),
    ]
    expect(answers.map((answer) => answer.headers['content-encoding'])).toEqual([arrow, json])
  })

  test('of stored frames passes them through', async () => {
    const { rows } = await database.pool.query<{ data: Buffer }>(
      'select data from sluice.chunks where query_id = $1 and n = 1',
      [large.id],
    )
    const { body } = await download(result(large.id, 'format=arrow'), { 'accept-encoding': 'zstd' })
    expect(body.includes(rows[0]!.data)).toBe(true)
  })
})

describe('a stored result that has changed on the disk', () => {
  /** Flips a bit of a chunk, or of an inline one if `n` is null; returns how to flip it back. */
  async function flip(id: string, n: number | null): Promise<AsyncDisposable> {
    const change = async (): Promise<void> => {
      const { rowCount } = await database.pool.query(
        n === null
          ? `update sluice.results set inline_chunk = set_byte(inline_chunk, length(inline_chunk) / 2, get_byte(inline_chunk, length(inline_chunk) / 2) # 1) where query_id = $1`
          : `update sluice.chunks set data = set_byte(data, length(data) / 2, get_byte(data, length(data) / 2) # 1) where query_id = $1 and n = $2`,
        n === null ? [id] : [id, n],
      )
      expect(rowCount).toBe(1)
    }
    await change()
    return { [Symbol.asyncDispose]: change }
  }

  const paths = formats.flatMap((format) =>
    ['identity', 'zstd', 'gzip']
      .filter((encoding) => format !== 'parquet' || encoding === 'identity')
      .map((encoding) => [format, encoding] as const),
  )

  test.each(paths)(
    'in its last chunk: a download of %s in %s breaks off and never ends cleanly',
    async (format, encoding) => {
      const before = await download(result(large.id, `format=${format}`))
      await using _ = await flip(large.id, large.result.chunks - 1)
      const answer = await request(server.url + result(large.id, `format=${format}`), {
        headers: { 'accept-encoding': encoding },
      })
      expect(answer.statusCode).toBe(200)
      const outcome = await answer.body.arrayBuffer().then(
        () => 'ended cleanly',
        () => 'broke off',
      )
      expect(outcome).toBe('broke off')
      expect(before.status).toBe(200)
    },
  )

  test.each(paths)('in its first chunk, or inline: %s in %s is answered by a problem', async (format, encoding) => {
    for (const [{ id }, n] of [
      [large, 0],
      [small, null],
    ] as const) {
      await using _ = await flip(id, n)
      const { status, headers, body } = await download(result(id, `format=${format}`), { 'accept-encoding': encoding })
      expect(status).toBe(500)
      expect(headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(headers['content-encoding']).toBeUndefined()
      expect(headers['content-disposition']).toBeUndefined()
      expect(headers.etag).toBeUndefined()
      expect(JSON.parse(body.toString())).toMatchObject({ code: 'result_corrupt', status: 500 })
    }
  })

  test('in a chunk that a window does not touch is not noticed there', async () => {
    await using _ = await flip(large.id, large.result.chunks - 1)
    const { status, body } = await download(result(large.id, 'format=csv&limit=10'))
    expect(status).toBe(200)
    expect(parseCsv(body.toString())).toHaveLength(11)
  })

  test('and in a chunk that is asked for itself is answered by a problem', async () => {
    await using _ = await flip(large.id, 1)
    expect((await download(`/v1/queries/${large.id}/result/chunks/1`)).status).toBe(500)
    expect((await download(`/v1/queries/${large.id}/result/chunks/0`)).status).toBe(200)
  })

  test.each([0, 1, 2])('by losing chunk %d: no download ends cleanly', async (n) => {
    const lost = await submit(`select i, md5(i::text) as t from generate_series(1, 60000) i`)
    expect(lost.result.chunks).toBeGreaterThan(2)
    await database.pool.query('delete from sluice.chunks where query_id = $1 and n = $2', [lost.id, n])
    const outcome = await download(result(lost.id, 'format=arrow')).then(
      ({ status }) => String(status),
      () => 'broke off',
    )
    expect(outcome).toMatch(/^(broke off|500)$/)
  })
})

describe('the preview', () => {
  const preview = ({ result: stored }: Stored): { rows: unknown[][]; complete: boolean } => stored['preview'] as never

  test('holds all of a small result and says so', () => {
    expect(preview(small)).toEqual({ rows: [1, 2, 3, 4, 5].map((i) => [i, 'x']), complete: true })
    expect(preview(empty)).toEqual({ rows: [], complete: true })
  })

  test('holds at most 1,000 rows', async () => {
    const { rows, complete } = preview(await submit('select i from generate_series(1, 1001) i'))
    expect({ rows: rows.length, complete }).toEqual({ rows: 1000, complete: false })
    const exact = preview(await submit('select i from generate_series(1, 1000) i'))
    expect({ rows: exact.rows.length, complete: exact.complete }).toEqual({ rows: 1000, complete: true })
  })

  test.each(['x', '漢', '🚀'])('holds at most 64 KiB, of %s', async (character) => {
    const stored = await submit(`select repeat('${character}', 100) from generate_series(1, 1000)`)
    const { rows, complete } = preview(stored)
    expect(complete).toBe(false)
    const bytes = Buffer.byteLength(JSON.stringify(rows))
    expect(bytes).toBeLessThanOrEqual(65_536)
    expect(bytes).toBeGreaterThan(64_000)
  })

  test('of rows that are too large for it is empty', async () => {
    expect(preview(await submit(`select repeat('x', 100000)`))).toEqual({ rows: [], complete: false })
  })
})

describe('limits', () => {
  test.each([
    [{ row_limit: 10 }, { rows: 10, truncated: true, limiting_factor: 'row_limit', complete: true }],
    [{ row_limit: 1000 }, { rows: 1000, truncated: false, limiting_factor: null, complete: true }],
    [{ byte_limit: 5000 }, { truncated: true, limiting_factor: 'byte_limit', complete: true }],
  ])('%o are told with the result', async (limits, expected) => {
    const stored = await submit('select generate_series(1, 1000) as i', limits)
    expect(stored.result).toMatchObject(expected)
    const { body } = await download(result(stored.id, 'format=ndjson'))
    expect(rowsOf('ndjson', body)).toEqual(Array.from({ length: stored.result.rows }, (_, i) => `[${i + 1}]`))
  })
})

describe('a result that is still growing', () => {
  test('is read as far as it is there with partial=true, and not without', async () => {
    const sql = `select i, repeat('x', 10000) from generate_series(1, 20) i where i < 15 or pg_sleep(3600) is not null`
    const { json } = await server.request('POST', '/v1/queries', { sql })
    const { id } = json as { id: string }
    try {
      const rows = await eventually(async () => {
        const { status, body } = await download(result(id, 'format=ndjson&partial=true'))
        expect(status).toBe(200)
        const read = rowsOf('ndjson', body)
        expect(read.length).toBeGreaterThan(5)
        return read
      })
      const numbers = rows.map((row) => (JSON.parse(row) as [number])[0])
      expect(numbers).toEqual(Array.from({ length: rows.length }, (_, i) => i + 1))
      for (const format of formats) {
        const { body } = await download(result(id, `format=${format}&partial=true&limit=3`))
        expect(rowsOf(format, body)).toHaveLength(3)
      }
      expect(await server.request('GET', result(id))).toMatchObject({ status: 409, json: { code: 'result_not_ready' } })
    } finally {
      await server.request('POST', `/v1/queries/${id}/cancel`)
    }
    await eventually(async () => {
      expect(await server.request('GET', `/v1/queries/${id}`)).toMatchObject({ json: { state: 'canceled' } })
      const { rows } = await source.pool.query('select from pg_stat_activity where usename = $1 and state <> $2', [
        source.role,
        'idle',
      ])
      expect(rows).toEqual([])
    })
  })
})

test('a client that leaves in the middle of a download leaves nothing behind', async () => {
  for (let i = 0; i < 10; i++) {
    const controller = new AbortController()
    const answer = await request(server.url + result(large.id, 'format=json'), { signal: controller.signal })
    for await (const _ of answer.body) break
    controller.abort()
  }
  const { status } = await download(result(large.id, 'format=arrow'))
  expect(status).toBe(200)
})
