import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { SourceConnections } from '../../src/sources/connections.ts'
import { flechette } from '../arrow/readers.ts'
import { createDatabase, createSource } from '../helpers/database.ts'
import { textsOf } from '../results/ourTexts.ts'
import { runStatement, sourceAt } from './session.ts'

const control = await createDatabase()
const database = await createSource(control)
const source = sourceAt(database.roleUrl)
const connections = new SourceConnections()
afterAll(() => connections.close())

interface Converted {
  /** In our text form. */
  ours: (string | null)[]
  /** As another reader of Arrow sees them, in PostgreSQL's text form. */
  read: (string | null)[]
  /** PostgreSQL's own text form. */
  postgres: (string | null)[]
}

/** Values, given as text, cast to a type and read back in three ways. */
async function convert(type: string, values: readonly string[]): Promise<Converted> {
  const params = [{ type: 'text[]', value: values }]
  const from = 'from unnest($1) with ordinality t (v, i) order by i'
  const [typed, text] = [
    await runStatement(connections, source, `select v::${type} as v ${from}`, { params }),
    await runStatement(connections, source, `select v::${type}::text as v ${from}`, { params }),
  ]
  return {
    ours: textsOf(typed),
    read: flechette(typed.stream).rows.map(([value]) => value!),
    postgres: textsOf(text),
  }
}

/** PostgreSQL's date as ISO 8601 writes years that have not four digits, or come before year 1. */
function isoDate(text: string): string {
  const [, yearText = '', rest = '', era = ''] = /^(\d+)(-\d\d-\d\d)( BC)?$/.exec(text)!
  const year = era === '' ? Number(yearText) : 1 - Number(yearText)
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0') + rest
  return (year < 0 ? '-' : '+') + String(Math.abs(year)).padStart(6, '0') + rest
}

function isoTimestamp(text: string): string {
  const [, date = '', time = '', fraction = '', zone = '', era = ''] =
    /^(\S+) (\d\d:\d\d:\d\d)(?:\.(\d+))?(\+00)?( BC)?$/.exec(text)!
  return `${isoDate(date + era)}T${time}${fraction && `.${fraction.padEnd(6, '0')}`}${zone && 'Z'}`
}

/** String() loses the sign of zero. */
function withSign(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Number of significant digits of a number's text. */
function digitsOf(text: string): number {
  return Number(text).toExponential().replace(/e.*/, '').replaceAll(/\D/g, '').length
}

const batchOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { minLength: 1, maxLength: 200 })

describe('values of every kind mean what they mean to PostgreSQL', () => {
  test('numeric of any precision up to 38 and any scale, negative, zero and the largest', async () => {
    const column = fc
      .integer({ min: 1, max: 38 })
      .chain((precision) => fc.tuple(fc.constant(precision), fc.integer({ min: 0, max: precision })))
      .chain(([precision, scale]) => {
        const largest = 10n ** BigInt(precision) - 1n
        const unscaled = fc.oneof(
          fc.bigInt({ min: -largest, max: largest }),
          fc.bigInt({ min: -10_000n, max: 10_000n }).filter((value) => value <= largest && value >= -largest),
          fc.constantFrom(0n, largest, -largest, 1n),
        )
        return fc.record({
          type: fc.constant(`numeric(${precision},${scale})`),
          values: batchOf(unscaled.map((value) => `${value}e-${scale}`)),
        })
      })
    await fc.assert(
      fc.asyncProperty(column, async ({ type, values }) => {
        const { ours, read, postgres } = await convert(type, values)
        expect(ours).toEqual(postgres)
        expect(read).toEqual(postgres)
      }),
      { numRuns: 60 },
    )
  })

  test('int8 to its ends', async () => {
    const values = batchOf(
      fc.oneof(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc
          .integer({ min: 0, max: 62 })
          .chain((bit) => fc.constantFrom(2n ** BigInt(bit), 2n ** BigInt(bit) - 1n, -(2n ** BigInt(bit)))),
      ),
    )
    await fc.assert(
      fc.asyncProperty(values, async (numbers) => {
        const { ours, read, postgres } = await convert('int8', numbers.map(String))
        expect(ours).toEqual(postgres)
        expect(read).toEqual(postgres)
      }),
      { numRuns: 20 },
    )
  })

  test('float8 in the shortest text that is exactly that number', async () => {
    const floats = batchOf(fc.double({ noNaN: true, noDefaultInfinity: true }))
    await fc.assert(
      fc.asyncProperty(floats, async (numbers) => {
        const { ours, read, postgres } = await convert('float8', numbers.map(withSign))
        expect(read).toEqual(postgres)
        expect(ours).toEqual(numbers.map(withSign))
      }),
      { numRuns: 25 },
    )
  })

  test('float4 in a text that is exactly that number and as short as PostgreSQL makes it', async () => {
    const powers = Array.from({ length: 277 }, (_, i) => 2 ** (i - 149)).flatMap((power) => [power, -power])
    const floats = batchOf(fc.float({ noNaN: true, noDefaultInfinity: true }))
    const check = async (numbers: number[]): Promise<void> => {
      const { ours, read, postgres } = await convert('float4', numbers.map(withSign))
      for (const [i, number] of numbers.entries()) {
        expect([ours[i], read[i], postgres[i]].map((text) => Math.fround(Number(text)))).toEqual([
          number,
          number,
          number,
        ])
        // Half way between two texts of a length, PostgreSQL may need one digit less.
        expect(digitsOf(ours[i]!)).toBeLessThanOrEqual(digitsOf(postgres[i]!) + (powers.includes(number) ? 1 : 0))
      }
    }
    await check(powers)
    await fc.assert(fc.asyncProperty(floats, check), { numRuns: 25 })
  })

  test('date from 4713 BC to 5874897', async () => {
    const { ours, read, postgres } = await convert('date', [
      '4713-11-24 BC',
      '5874897-12-31',
      '0001-12-31 BC',
      '0001-01-01',
      '9999-12-31',
      '10000-01-01',
    ])
    expect(read).toEqual(postgres)
    expect(ours).toEqual(postgres.map((text) => isoDate(text!)))
    expect(ours.slice(2)).toEqual(['0000-12-31', '0001-01-01', '9999-12-31', '+010000-01-01'])

    // Days since 1970-01-01.
    const days = batchOf(fc.integer({ min: -2_440_588, max: 2_145_042_905 }))
    await fc.assert(
      fc.asyncProperty(days, async (numbers) => {
        const sql = `select date '1970-01-01' + v as v from unnest($1) with ordinality t (v, i) order by i`
        const params = [{ type: 'int4[]', value: numbers }]
        const typed = await runStatement(connections, source, sql, { params })
        const text = await runStatement(connections, source, `select v::text from (${sql}) t`, { params })
        expect(textsOf(typed)).toEqual(textsOf(text).map((value) => isoDate(value!)))
        expect(flechette(typed.stream).rows.map(([value]) => value)).toEqual(textsOf(text))
      }),
      { numRuns: 25 },
    )
  })

  test.each(['timestamp', 'timestamptz'])('%s from 4713 BC to 294246', async (type) => {
    // Microseconds since 1970-01-01.
    const micros = batchOf(
      fc.oneof(
        fc.bigInt({ min: -210_866_803_200_000_000n, max: 9_223_371_331_199_999_999n - 946_684_800_000_000n }),
        fc.bigInt({ min: -100_000_000n, max: 100_000_000n }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(micros, async (numbers) => {
        const expression = `(timestamp '1970-01-01' + (v / 86400000000) * interval '1 day' + (v % 86400000000) * interval '1 microsecond')::${type}`
        const from = 'from unnest($1) with ordinality t (v, i) order by i'
        const params = [{ type: 'int8[]', value: numbers.map(String) }]
        const typed = await runStatement(connections, source, `select ${expression} ${from}`, { params })
        const text = await runStatement(connections, source, `select ${expression}::text ${from}`, { params })
        expect(textsOf(typed)).toEqual(textsOf(text).map((value) => isoTimestamp(value!)))
        expect(flechette(typed.stream).rows.map(([value]) => value)).toEqual(textsOf(text))
      }),
      { numRuns: 25 },
    )
  })
})

describe('a column with a value that Arrow cannot hold is text as a whole', () => {
  test.each([
    ['numeric(10,2)', 'NaN', 'NaN'],
    ['numeric(50,2)', 'NaN', 'NaN'],
    ['date', 'infinity', 'infinity'],
    ['timestamp', '-infinity', '-infinity'],
    ['timestamptz', 'infinity', 'infinity'],
    ['timestamp', '294276-12-31 23:59:59.999999', '+294276-12-31T23:59:59.999999'],
    ['timestamptz', '294247-01-10 04:00:54.775808+00', '+294247-01-10T04:00:54.775808Z'],
    ['time', '24:00', '24:00:00'],
    ['interval', 'infinity', 'infinity'],
    ['interval', '2562047788:00:54.775807', '2562047788:00:54.775807'],
  ])('%s %s', async (type, value, text) => {
    const plain = { numeric: '1.50', time: '12:30:00', interval: '1 day' }[type.replace(/\(.*/, '')] ?? '2026-02-28'
    const { columns, ...result } = await runStatement(
      connections,
      source,
      `select i, case when i = 2 then '${value}' else '${plain}' end::${type} as v, i as j from generate_series(1, 3) i`,
    )
    expect(columns.map(({ type, layout }) => `${type} ${layout.kind}`)).toEqual([
      'int4 int32',
      `${type} utf8`,
      'int4 int32',
    ])
    const [first, second, third] = textsOf({ columns, ...result }, 1)
    expect(second).toBe(text)
    expect([first, third]).toEqual([first, expect.stringContaining(plain)])
    expect(textsOf({ columns, ...result }, 2)).toEqual(['1', '2', '3'])
  })

  test('wherever in the result it comes, and without another column being touched', async () => {
    const dates = `case when i % 50000 = 0 then 'infinity' else date '2000-01-01' + i end`
    const { columns, ...result } = await runStatement(
      connections,
      source,
      `select i, ${dates} as d, case when i = 150000 then 'NaN'::numeric else i end::numeric(8,2) as n, ${dates} as e, i::text as t
       from generate_series(1, 160000) i`,
    )
    expect(columns.map(({ layout }) => layout.kind)).toEqual(['int32', 'utf8', 'utf8', 'utf8', 'utf8'])
    // More than one batch came before.
    expect(columns[2]!.earlier![0]!.before).toBeGreaterThan(100_000)
    const texts = columns.map((_, i) => textsOf({ columns, ...result }, i))
    const wrong = texts[0]!.filter((_, row) => {
      const i = row + 1
      const date = i % 50_000 === 0 ? 'infinity' : new Date(Date.UTC(2000, 0, 1 + i)).toISOString().slice(0, 10)
      const expected = [i, date, i === 150_000 ? 'NaN' : `${i}.00`, date, i]
      return expected.some((value, column) => texts[column]![row] !== String(value))
    })
    expect(wrong).toEqual([])
    expect(flechette(result.stream).rows.map((row) => row.join())).toEqual(
      texts[0]!.map((_, row) => texts.map((column) => column[row]).join()),
    )
  })

  test('and arrays keep the dimensions of the first that has items, until another comes', async () => {
    const item = `case when i <= 70000 then array[]::int4[] when i = 140000 then array[i] else array[[i],[null::int4]] end`
    const run = async (rows: number): Promise<{ layouts: unknown; rows: (string | null)[][] }> => {
      const { columns, stream } = await runStatement(
        connections,
        source,
        `select ${item} as v from generate_series(1, ${rows}) i`,
      )
      const { layout, earlier } = columns[0]!
      return { layouts: [layout, ...(earlier ?? [])], rows: flechette(stream).rows }
    }
    const depthOne = { kind: 'list', item: { name: 'item', type: 'int4', layout: { kind: 'int32' } } }
    const depthTwo = { kind: 'list', item: { name: 'item', type: 'int4[]', layout: depthOne } }
    const nested = await run(130_000)
    expect(nested.layouts).toEqual([depthTwo, { layout: depthOne, before: expect.any(Number) }])
    const expected = (row: number): string => (row < 70_000 ? '{}' : `{{${row + 1}},{NULL}}`)
    expect(nested.rows.map(([value]) => value)).toEqual(nested.rows.map((_, row) => expected(row)))

    const text = await run(140_000)
    expect(text.layouts).toEqual([
      { kind: 'utf8' },
      { layout: depthOne, before: expect.any(Number) },
      { layout: depthTwo, before: expect.any(Number) },
    ])
    expect(text.rows.map(([value]) => value)).toEqual(
      text.rows.map((_, row) => (row === 139_999 ? '{140000}' : expected(row))),
    )
  })

  test('the last timestamp that it can hold is read', async () => {
    const { ours } = await convert('timestamp', ['294247-01-10 04:00:54.775807'])
    expect(ours).toEqual(['+294247-01-10T04:00:54.775807'])
  })
})
