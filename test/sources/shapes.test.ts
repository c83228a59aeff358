import { afterAll, describe, expect, test } from 'vitest'
import { batchBytes, batchRows, enterLargeResult } from '../../src/sources/builders/batchSize.ts'
import { SourceConnections } from '../../src/sources/connections.ts'
import { Statement } from '../../src/sources/statement.ts'
import { flechette, readers, type ReadTable } from '../arrow/readers.ts'
import { createDatabase, createSource, withAdmin } from '../helpers/database.ts'
import { withDatabase } from '../helpers/names.ts'
import { textsOf } from '../results/ourTexts.ts'
import { psqlRows } from './psql.ts'
import { collect, errorOf, requestOf, runStatement, sourceAt, type RunResult } from './session.ts'

const control = await createDatabase()
const database = await createSource(control, {
  setup: 'create table nothing (); create table empty (x int4, y text[])',
})
const source = sourceAt(database.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

const run = (sql: string): Promise<RunResult> => runStatement(connections, source, sql)

function readAll(stream: Buffer): [string, ReadTable][] {
  return Object.entries(readers).map(([reader, read]) => [reader, read(stream)])
}

describe('a result without rows', () => {
  test('has its schema', async () => {
    const { stream, batches, columns } = await run('select * from empty')
    expect(batches).toEqual([])
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['x', 'int4'],
      ['y', 'text[]'],
    ])
    for (const [reader, { fields, rows }] of readAll(stream)) {
      expect(
        fields.map(({ name, type }) => `${name} ${type}`),
        `read by ${reader}`,
      ).toEqual(['x Int32', 'y List<Utf8>'])
      expect(rows).toEqual([])
    }
  })

  test.each(['set local work_mem = 64', 'begin', '', '-- nothing', ';'])('and without columns: %s', async (sql) => {
    const { columns, batches, rows } = await run(sql)
    expect({ columns, batches, rows }).toEqual({ columns: [], batches: [], rows: 0 })
  })
})

describe('a result without columns', () => {
  test.each(['select from generate_series(1, 5)', 'select nothing.* from nothing, generate_series(1, 5)'])(
    'has its rows: %s',
    async (sql) => {
      const { rows, columns, batches, stream } = await run(sql.replace('nothing, ', '(select) nothing, '))
      expect({ rows, columns }).toEqual({ rows: 5, columns: [] })
      expect(batches.map((batch) => batch.rows)).toEqual([5])
      expect(flechette(stream).fields).toEqual([])
    },
  )
})

describe('column names', () => {
  test('may repeat, be empty or long, and hold anything', async () => {
    const names = ['a', 'a', 'A', '"', "'", 'ü漢🚀', ' ', 'x,y\r\nz', 'n'.repeat(63), 'ü'.repeat(31)]
    const sql = `select ${names.map((name, i) => `${i} as "${name.replaceAll('"', '""')}"`).join(', ')}`
    const { columns, stream } = await run(sql)
    expect(columns.map(({ name }) => name)).toEqual(names)
    for (const [reader, { fields, rows }] of readAll(stream)) {
      expect(
        fields.map(({ name }) => name),
        `read by ${reader}`,
      ).toEqual(names)
      expect(rows).toEqual([names.map((_, i) => String(i))])
    }
  })

  test('that repeat keep their own types', async () => {
    const { stream } = await run(`select 1 as x, 'two' as x, 3.5::float8 as x, null::bool as x`)
    const { fields, rows } = flechette(stream)
    expect(fields.map(({ name, type }) => `${name} ${type}`)).toEqual(['x Int32', 'x Utf8', 'x Float64', 'x Bool'])
    expect(rows).toEqual([['1', 'two', '3.5', null]])
  })

  test('that PostgreSQL makes up are kept', async () => {
    const { columns } = await run(`select 1, count(*), 'x' from empty`)
    expect(columns.map(({ name }) => name)).toEqual(['?column?', 'count', '?column?'])
  })
})

test.each([300, 1600])('%d columns come out as psql prints them', async (count) => {
  const expressions = ['i', `'text ' || i`, 'i::numeric(10,2)', 'i % 2 = 0', 'nullif(i, 3)::int8', 'i / 3.0::float8']
  const list = Array.from({ length: count }, (_, i) => `${expressions[i % expressions.length]} as c${i}`).join(', ')
  const sql = `select ${list} from generate_series(1, 1200) i where i < 5 or i > 1190`
  const printed = await psqlRows(database.roleUrl, sql, count)
  const { stream } = await run(sql)
  expect(printed).toHaveLength(14)
  for (const [reader, { rows }] of readAll(stream)) expect(rows, `read by ${reader}`).toEqual(printed)
})

describe('large and many values', () => {
  test('a value of 5 MB of four-byte characters is whole', async () => {
    const { stream, batches } = await run(`select i, repeat('🚀', 1310720) as v from generate_series(1, 3) i`)
    expect(batches).toHaveLength(3)
    const rocket = '🚀'.repeat(1_310_720)
    for (const [reader, { rows }] of readAll(stream)) {
      expect(
        rows.map(([i, v]) => [i, v === rocket]),
        `read by ${reader}`,
      ).toEqual([
        ['1', true],
        ['2', true],
        ['3', true],
      ])
    }
  })

  test('a value of 10 MB of bytea is whole', async () => {
    const { batches, columns, rows } = await run(`select decode(repeat('0123456789abcdef', 1310720), 'hex') as v`)
    expect(rows).toBe(1)
    const [text] = textsOf({ columns, batches })
    expect(text!.length).toBe(2 + 16 * 1_310_720)
    expect(text!.slice(2).replaceAll('0123456789abcdef', '')).toBe('')
  })

  test('text of code points of one to four bytes is what PostgreSQL sent', async () => {
    const points = 'generate_series(1, 55295) union all select generate_series(57344, 1114111, 17)'
    const { columns, batches, rows } = await run(`select i, chr(i) from (select ${points}) t (i)`)
    expect(rows).toBeGreaterThan(100_000)
    const numbers = textsOf({ columns, batches }, 0)
    const wrong = textsOf({ columns, batches }, 1).filter(
      (text, i) => text !== String.fromCodePoint(Number(numbers[i])),
    )
    expect(wrong).toEqual([])
  })

  test('nulls at every place of a batch stay where they are', async () => {
    const layouts = ['int2', 'int4', 'int8', 'float8', 'numeric(9,1)', 'text', 'bool', 'timestamp', 'uuid', 'bytea']
    const column = (type: string, step: number): string => {
      const value =
        {
          bool: 'i % 3 = 0',
          timestamp: `'epoch'::timestamp + i * interval '1 s'`,
          uuid: `md5(i::text)`,
          bytea: `int4send(i)`,
        }[type] ?? 'i'
      return `case when i % ${step} <> 0 then (${value})::${type} end`
    }
    const list = layouts
      .flatMap((type, n) => [column(type, n + 2), column(type, 1)])
      .map((text, n) => `${text} as c${n}`)
    const sql = `select ${list.join(', ')} from generate_series(1, 3000) i`
    const printed = await psqlRows(database.roleUrl, sql, list.length)
    const { stream } = await run(sql)
    for (const [reader, { rows }] of readAll(stream)) expect(rows, `read by ${reader}`).toEqual(printed)
  })

  test('nulls that begin in a later batch do not change an earlier one', async () => {
    const sql = `select case when i <= 70000 or i % 2 = 0 then i end as x from generate_series(1, 140000) i`
    const { columns, batches } = await run(sql)
    expect(batches.length).toBeGreaterThan(2)
    const wrong = textsOf({ columns, batches }).filter(
      (text, i) => text !== (i + 1 <= 70_000 || (i + 1) % 2 === 0 ? String(i + 1) : null),
    )
    expect(wrong).toEqual([])
  })
})

describe('one value of 200 MB', () => {
  const sql = `select i, repeat('x', case when i = 2 then 200000000 else 10 end) as v from generate_series(1, 3) i`

  test.each([false, true])('that the byte limit leaves no room for is not received, writes: %s', async (writes) => {
    const own = new SourceConnections()
    const { connection, memory } = await own.acquire({ ...source, writes }, AbortSignal.timeout(20_000))
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    connection.socket.on('data', () => (most = Math.max(most, process.memoryUsage().arrayBuffers - before)))
    const statement = new Statement(connection, requestOf(sql, { byteLimit: 1_000_000 }), memory)
    const { rows, limitingFactor, stream } = await collect(statement)
    await statement.settled
    own.release(connection)
    own.close()
    expect({ rows, limitingFactor }).toEqual({ rows: 1, limitingFactor: 'byte_limit' })
    expect(flechette(stream).rows).toEqual([['1', 'xxxxxxxxxx']])
    expect(most).toBeLessThan(20_000_000)
  })

  test('is whole where there is no limit', async () => {
    const own = new SourceConnections()
    const { connection, memory } = await own.acquire(source, AbortSignal.timeout(20_000))
    const statement = new Statement(connection, requestOf(sql), memory)
    const value = Buffer.alloc(200_000_000, 'x')
    const found: boolean[] = []
    for await (const { message } of statement.batches()) found.push(message.includes(value))
    await statement.settled
    own.release(connection)
    own.close()
    expect(found.filter(Boolean)).toEqual([true])
    expect(statement.summary).toEqual({ rows: 3, limitingFactor: null })
  })
})

describe('batches', () => {
  test('close at 65,536 rows', async () => {
    const { batches } = await run('select true from generate_series(1, 200000)')
    expect(Math.max(...batches.map(({ rows }) => rows))).toBe(batchRows)
    expect(batches.reduce((sum, { rows }) => sum + rows, 0)).toBe(200_000)
  })

  test('close at about a megabyte', async () => {
    const { batches } = await run(`select repeat('x', 1000) from generate_series(1, 10000)`)
    expect(Math.max(...batches.map(({ message }) => message.length))).toBeLessThan(batchBytes * 1.1)
    expect(batches.length).toBeLessThan(12 + 5)
  })

  test('close at fewer bytes while several large results are read, at no less than a quarter', async () => {
    const largest = async (): Promise<number> => {
      const { batches } = await run(`select repeat('x', 1000) from generate_series(1, 5000)`)
      return Math.max(...batches.slice(1).map(({ message }) => message.length))
    }
    const leave = Array.from({ length: 3 }, () => enterLargeResult())
    const ofFour = await largest()
    leave.push(...Array.from({ length: 30 }, () => enterLargeResult()))
    const ofMany = await largest()
    leave.forEach((each) => each())
    expect(ofFour / batchBytes).toBeCloseTo(1 / 2, 1)
    expect(ofMany / batchBytes).toBeCloseTo(1 / 4, 1)
    expect((await largest()) / batchBytes).toBeCloseTo(1, 1)
  })

  test('the last one says so, and it alone', async () => {
    const { batches } = await run('select i from generate_series(1, 100000) i')
    expect(batches.filter(({ last }) => last)).toEqual(batches.slice(-1))
  })
})

describe('a database in SQL_ASCII', () => {
  const name = `${database.name}_ascii`

  test('gives text that is UTF-8, and fails where it is not', async () => {
    await withAdmin((admin) =>
      admin.query(`create database ${name} template template0 encoding 'SQL_ASCII' locale_provider libc locale 'C'`),
    )
    const ascii = sourceAt(withDatabase(database.url, name))
    const own = new SourceConnections()
    try {
      const good = await runStatement(own, ascii, `select 'grüße' as v, '{"a":"ü"}'::json as j`)
      expect(flechette(good.stream).rows).toEqual([['grüße', '{"a":"ü"}']])
      const bad = runStatement(own, ascii, `select 1 as i, e'caf\\xe9' as v`)
      expect(await errorOf(bad)).toMatchObject({ code: 'sql_error', sqlstate: '22021' })
      const bytes = await runStatement(own, ascii, `select e'caf\\xe9'::text::bytea`)
      expect(flechette(bytes.stream).rows).toEqual([['\\x636166e9']])
    } finally {
      own.close()
      await withAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`))
    }
  })
})
