import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { SourceConnections } from '../../src/sources/connections.ts'
import { SourceMemory } from '../../src/sources/sourceMemory.ts'
import { Statement } from '../../src/sources/statement.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { startChunkingProxy } from './chunkingProxy.ts'
import { playSource } from './playedSource.ts'
import { psqlRows } from './psql.ts'
import { collect, requestOf, runStatement, sourceAt } from './session.ts'

const control = await createDatabase()
const database = await createSource(control, { setup: `create type mood as enum ('sad', 'glad')` })
const source = sourceAt(database.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

const columns = 14
const rowsSql = (count: number): string => `
  select i % 2 = 0 as a, i::int2 as b, i as c, i::int8 * 1000000007 as d, (i / 7.0)::float8 as e,
    (i * 12345.67)::numeric(12,2) as f, nullif(repeat('漢字', i % 30), '') as g, date '2000-01-01' + i as h,
    timestamptz '2000-01-01 00:00+00' + i * interval '1.000001 second' as i, md5(i::text)::uuid as j,
    jsonb_build_object('i', i) as k, decode(lpad(to_hex(i), 8, '0'), 'hex') as l,
    case when i % 3 = 0 then 'glad'::mood end as m, array[i, null] as n
  from generate_series(1, ${count}) i`

/** What a source answers to each write of a statement, and the Arrow stream that comes of it uncut. */
async function record(sql: string): Promise<{ answers: Buffer[]; whole: Buffer }> {
  const { connection } = await connections.acquire(source, AbortSignal.timeout(20_000))
  const { socket } = connection
  const answers: Buffer[] = []
  const write = socket.write.bind(socket) as (bytes: Buffer) => boolean
  const listen = (piece: Buffer): void => void answers.push(Buffer.concat([answers.pop()!, piece]))
  socket.write = (bytes: unknown) => {
    answers.push(Buffer.alloc(0))
    return write(bytes as Buffer)
  }
  socket.on('data', listen)
  const statement = new Statement(connection, requestOf(sql), new SourceMemory())
  await collect(statement)
  await statement.settled
  socket.off('data', listen)
  socket.write = write as typeof socket.write
  connections.release(connection)
  return { answers, whole: await streamFrom(answers.map((answer) => [answer])) }
}

/** The Arrow stream that comes of answers in these pieces. */
async function streamFrom(answers: Buffer[][]): Promise<Buffer> {
  const { connection } = playSource(answers)
  const statement = new Statement(connection, requestOf('select'), new SourceMemory())
  const { stream } = await collect(statement)
  await statement.settled
  return stream
}

function pieces(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const sorted = [...positions].sort((a, b) => a - b)
  return [0, ...sorted].map((from, i) => bytes.subarray(from, sorted[i]))
}

describe('what a source answered once, played again', () => {
  test('gives the same result when it is cut at every single position', async () => {
    const { answers, whole } = await record(rowsSql(4))
    // The description, the names of types that only the source knows, the rows.
    expect(answers).toHaveLength(3)
    expect(flechette(whole).rows).toEqual(await psqlRows(database.roleUrl, rowsSql(4), columns))
    const different: string[] = []
    for (const [n, answer] of answers.entries()) {
      for (let at = 0; at <= answer.length; at++) {
        const cut = answers.map((other, i) => (i === n ? pieces(answer, [at]) : [other]))
        if (!(await streamFrom(cut)).equals(whole)) different.push(`answer ${n} cut at ${at}`)
      }
    }
    expect(different).toEqual([])
  })

  test('gives the same result byte by byte', async () => {
    const { answers, whole } = await record(rowsSql(200))
    const bytes = answers.map((answer) => Array.from({ length: answer.length }, (_, i) => answer.subarray(i, i + 1)))
    expect((await streamFrom(bytes)).equals(whole)).toBe(true)
  })

  test('gives the same result however often it is cut', async () => {
    const { answers, whole } = await record(rowsSql(1500))
    const cuts = fc.tuple(
      ...answers.map((answer) => fc.array(fc.integer({ min: 0, max: answer.length }), { maxLength: 50 })),
    )
    await fc.assert(
      fc.asyncProperty(cuts, async (positions) => {
        const cut = answers.map((answer, i) => pieces(answer, positions[i]!))
        expect((await streamFrom(cut)).equals(whole)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})

describe('over a network that delivers in pieces', () => {
  test.each([1, 3, 7, 100, 1448, 65_536])('of %d bytes the result is what psql prints', async (pieceBytes) => {
    await using proxy = await startChunkingProxy(source.host, source.port, pieceBytes)
    const own = new SourceConnections()
    const count = pieceBytes < 10 ? 20 : 3000
    const { stream } = await runStatement(own, { ...source, host: '127.0.0.1', port: proxy.port }, rowsSql(count))
    own.close()
    expect(flechette(stream).rows).toEqual(await psqlRows(database.roleUrl, rowsSql(count), columns))
  })
})
