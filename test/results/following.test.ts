import { decodeMulti } from '@msgpack/msgpack'
import { readParquet } from 'parquet-wasm'
import { request } from 'undici'
import { afterAll, describe, expect, test } from 'vitest'
import { createLogger } from '../../src/log.ts'
import { newId } from '../../src/newId.ts'
import { ResultGrowth } from '../../src/server/resultGrowth.ts'
import { flechette } from '../arrow/readers.ts'
import { startServer } from '../helpers/app.ts'
import { testConfig } from '../helpers/config.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { eventually } from '../helpers/eventually.ts'
import { startWorker } from '../helpers/worker.ts'
import { parseCsv } from './rfc4180.ts'

const database = await createDatabase()
const source = await createSource(database)
const server = await startServer(database)
const worker = await startWorker(database, { SLUICE_CONCURRENCY: '4' })
afterAll(async () => {
  await worker.stop()
  await server.close()
})

const rowsBefore = 300
const rows = 600

/** A query that stops in its middle until the gate is opened. */
interface GatedQuery extends AsyncDisposable {
  id: string
  openGate: () => Promise<void>
}

let gates = 0

/**
 * Submits a query of 600 rows of 10 kB. It waits for the gate before its row 301.
 *
 * @param value an expression of `i`
 */
async function submitGated(value = 'i'): Promise<GatedQuery> {
  const gate = ++gates
  const holder = await source.pool.connect()
  await holder.query('select pg_advisory_lock(7, $1)', [gate])
  let isOpen = false
  const openGate = async (): Promise<void> => {
    if (isOpen) return
    isOpen = true
    await holder.query('select pg_advisory_unlock(7, $1)', [gate])
    holder.release()
  }
  const sql = `
    select ${value} as v, repeat('x', 10000) as padding from generate_series(1, ${rows}) i
    where i <= ${rowsBefore} or pg_advisory_xact_lock_shared(7, ${gate}) is not null`
  const { json } = await server.request('POST', '/v1/queries', { sql })
  const { id } = json as { id: string }
  return {
    id,
    openGate,
    async [Symbol.asyncDispose]() {
      await openGate()
      await server.request('POST', `/v1/queries/${id}/cancel`)
      await eventually(async () => {
        const { json: query } = await server.request('GET', `/v1/queries/${id}`)
        expect((query as { finished_at: unknown }).finished_at).not.toBeNull()
      })
    },
  }
}

/** A download that is under way. */
interface Following {
  status: number
  headers: Record<string, unknown>
  /** Bytes that have come so far. */
  received: () => number
  /** All of it, or undefined if it broke off. */
  whole: Promise<Buffer | undefined>
}

async function follow(id: string, query: string): Promise<Following> {
  const answer = await request(`${server.url}/v1/queries/${id}/result?partial=true&wait=30&${query}`, {
    headers: { 'accept-encoding': 'identity' },
  })
  const pieces: Buffer[] = []
  const whole = (async () => {
    try {
      for await (const piece of answer.body) pieces.push(piece as Buffer)
      return Buffer.concat(pieces)
    } catch {
      return undefined
    }
  })()
  const received = (): number => pieces.reduce((sum, { length }) => sum + length, 0)
  return { status: answer.statusCode, headers: answer.headers, received, whole }
}

const numbersOf: Record<string, (body: Buffer) => unknown[]> = {
  arrow: (body) => flechette(body).rows.map((row) => Number(row[0])),
  msgpack: (body) => [...decodeMulti(body)].slice(1).map((row) => (row as number[])[0]),
  json: (body) => (JSON.parse(body.toString()) as { rows: number[][] }).rows.map((row) => row[0]),
  ndjson: (body) =>
    body
      .toString()
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as number[])[0]),
  csv: (body) =>
    parseCsv(body.toString())
      .slice(1)
      .map((row) => Number(row[0])),
  parquet: (body) => flechette(readParquet(body).intoIPCStream()).rows.map((row) => Number(row[0])),
}
const all = Array.from({ length: rows }, (_, i) => i + 1)

describe('a query that runs is followed with partial=true and wait', () => {
  test('by rows that come while it runs, to its end, in every format', async () => {
    await using query = await submitGated()
    const downloads = await Promise.all(
      Object.keys(numbersOf).map(async (format) =>
        Object.assign(await follow(query.id, `format=${format}`), { format }),
      ),
    )
    for (const { format, status, headers } of downloads) {
      expect({ format, status }).toEqual({ format, status: 200 })
      expect(headers['etag']).toBeUndefined()
      expect(headers['content-length']).toBeUndefined()
    }
    await eventually(() => {
      const waiting = downloads.filter(({ received }) => received() < 1_000_000).map(({ format }) => format)
      // The rows of a Parquet file come by the row group.
      expect(waiting).toEqual(['parquet'])
    })
    expect(await server.request('GET', `/v1/queries/${query.id}`)).toMatchObject({ json: { state: 'running' } })
    await query.openGate()
    for (const { format, whole } of downloads) {
      const body = await whole
      expect({ format, ended: body !== undefined }).toEqual({ format, ended: true })
      expect(numbersOf[format]!(body!), `as ${format}`).toEqual(all)
    }
  })

  test('until the window is full', async () => {
    await using query = await submitGated()
    const { whole } = await follow(query.id, 'format=ndjson&offset=10&limit=100')
    expect(numbersOf['ndjson']!((await whole)!)).toEqual(all.slice(10, 110))
    expect(await server.request('GET', `/v1/queries/${query.id}`)).toMatchObject({ json: { state: 'running' } })
  })

  test('from a row that is not there yet', async () => {
    await using query = await submitGated()
    const later = follow(query.id, 'format=csv&offset=400&limit=5')
    await follow(query.id, 'format=csv&limit=1')
    await query.openGate()
    expect(numbersOf['csv']!((await (await later).whole)!)).toEqual([401, 402, 403, 404, 405])
  })

  test.each(Object.keys(numbersOf))('as %s breaks off, never ends cleanly, if the query fails', async (format) => {
    await using query = await submitGated(`1 / (${rows - 1} - i)`)
    const { status, whole } = await follow(query.id, `format=${format}`)
    expect(status).toBe(200)
    await query.openGate()
    expect(await whole).toBeUndefined()
    expect(await server.request('GET', `/v1/queries/${query.id}?wait=10`)).toMatchObject({ json: { state: 'failed' } })
  })

  test.each(['csv', 'json', 'ndjson', 'msgpack'])('as %s goes on when a column becomes text', async (format) => {
    await using query = await submitGated(`case when i = ${rows} then 'infinity' else date '2000-01-01' + i end`)
    const { received, whole } = await follow(query.id, `format=${format}`)
    await eventually(() => expect(received()).toBeGreaterThan(1_000_000))
    await query.openGate()
    const body = (await whole)!.toString()
    expect(body.match(/2001-\d\d-\d\d|infinity/g)!.slice(-2)).toEqual(['2001-08-22', 'infinity'])
  })

  test.each(['arrow', 'parquet'])('as %s, which has one schema, breaks off then', async (format) => {
    await using query = await submitGated(`case when i = ${rows} then 'infinity' else date '2000-01-01' + i end`)
    const { whole } = await follow(query.id, `format=${format}`)
    await query.openGate()
    expect(await whole).toBeUndefined()
    await server.request('GET', `/v1/queries/${query.id}?wait=10`)
    const again = await request(`${server.url}/v1/queries/${query.id}/result?format=arrow`)
    const { fields, rows: read } = flechette(Buffer.from(await again.body.arrayBuffer()))
    expect([fields[0]!.type, read.at(-1)![0]]).toEqual(['Utf8', 'infinity'])
  })

  test('breaks off if the query is canceled', async () => {
    await using query = await submitGated()
    const { received, whole } = await follow(query.id, 'format=arrow')
    await eventually(() => expect(received()).toBeGreaterThan(1_000_000))
    await server.request('POST', `/v1/queries/${query.id}/cancel`)
    expect(await whole).toBeUndefined()
  })

  test('breaks off when the server stops, which does not wait for it', async () => {
    await using query = await submitGated()
    const other = await startServer(database)
    const answer = await request(`${other.url}/v1/queries/${query.id}/result?partial=true&wait=30&format=csv`)
    const outcome = answer.body.text().then(
      () => 'ended cleanly',
      () => 'broke off',
    )
    await other.close()
    expect(await outcome).toBe('broke off')
  })

  test('once it ends without an error before it has rows', async () => {
    const { json } = await server.request('POST', '/v1/queries', { sql: 'select i from generate_series(1, 3) i' })
    const { status, whole } = await follow((json as { id: string }).id, 'format=ndjson')
    expect({ status, body: String(await whole) }).toEqual({ status: 200, body: '[1]\n[2]\n[3]\n' })
  })

  test('and its error is the answer if it fails before it has rows', async () => {
    const { json } = await server.request('POST', '/v1/queries', {
      sql: 'select 1 / (i - 3) from generate_series(1, 5) i',
    })
    const { status, whole } = await follow((json as { id: string }).id, 'format=ndjson')
    expect(status).toBe(422)
    expect(JSON.parse(String(await whole))).toMatchObject({ code: 'query_failed', sqlstate: '22012' })
  })

  test('for as long as wait says if it has not started', async () => {
    const runAt = new Date(Date.now() + 3_600_000).toISOString()
    const { json } = await server.request('POST', '/v1/queries', { sql: 'select 1', run_at: runAt })
    const { id } = json as { id: string }
    const answer = await server.request('GET', `/v1/queries/${id}/result?partial=true&wait=1`)
    expect(answer).toMatchObject({ status: 409, json: { code: 'result_not_ready', state: 'queued' } })
    await server.request('POST', `/v1/queries/${id}/cancel`)
  })
})

describe('who waits for a result to grow', () => {
  const logger = createLogger(testConfig({ DATABASE_URL: database.url }), 'test')

  test('goes when its client does, or when the server stops', async () => {
    const growth = new ResultGrowth(database.pool, logger)
    const client = new AbortController()
    const gone = growth.next(newId(), undefined, client.signal)
    const stopped = growth.next(newId(), undefined, new AbortController().signal)
    expect(growth.size).toBe(2)
    client.abort('gone')
    await expect(gone).rejects.toThrow('Nobody waits')
    expect(growth.size).toBe(1)
    growth.close()
    await expect(stopped).rejects.toThrow('The server is stopping')
    await expect(growth.next(newId(), undefined, new AbortController().signal)).rejects.toThrow('stopping')
    expect(growth.size).toBe(0)
  })

  test('is told when the result is there no more, or that of another run', async () => {
    await using query = await submitGated()
    const growth = new ResultGrowth(database.pool, logger)
    const never = new AbortController().signal
    const first = await growth.next(query.id, undefined, never)
    expect(first).toMatchObject({ complete: false })
    expect(await growth.next(query.id, { ...first!, token: '0' }, never)).toMatchObject({ token: first!.token })
    expect(await growth.next(newId(), first, never)).toBeUndefined()
    growth.close()
  })
})
