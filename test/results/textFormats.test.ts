import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatText, type TextFormat } from '../../src/results/formats/text.ts'
import { compress } from '../../src/results/frames.ts'
import type { Manifest } from '../../src/results/manifest.ts'
import type { ReadChunk } from '../../src/results/store.ts'
import { anyRows, batchOf, type WireValue } from '../arrow/wireRows.ts'
import type { FieldDescription } from '../../src/wire/messages.ts'
import { int32 } from '../wire/backendMessages.ts'
import { parseCsv } from './rfc4180.ts'

const text = (name: string): FieldDescription => ({ name, typeOid: 25, typeModifier: -1 })

/** A result of chunks with these rows in a text format, a window of it if one is given. */
async function format(
  as: TextFormat,
  fields: readonly FieldDescription[],
  chunks: readonly (readonly (readonly WireValue[])[])[],
  window?: { from: number; to: number },
): Promise<string> {
  const batches = chunks.map((rows) => batchOf(fields, rows))
  const { columns } = batchOf(fields, [])
  const total = chunks.flat().length
  async function* read(): AsyncGenerator<ReadChunk> {
    let firstRow = 0
    for (const [n, { rows, message }] of batches.entries()) {
      yield { n, firstRow, rows, rawBytes: message.length, frame: await compress(message), release: () => undefined }
      firstRow += rows
    }
  }
  const pieces: Buffer[] = []
  for await (const piece of formatText(as, { columns } as Manifest, read(), window ?? { from: 0, to: total }))
    // A piece is valid until the next one.
    pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces).toString()
}

describe('CSV', () => {
  test('has its header and lines that end in CRLF', async () => {
    expect(await format('csv', [text('a'), text('b')], [[['1', 'x']]])).toBe('a,b\r\n1,x\r\n')
    expect(await format('csv', [text('a'), text('b')], [])).toBe('a,b\r\n')
  })

  test('tells null from the empty string', async () => {
    expect(
      await format(
        'csv',
        [text('a'), text('b')],
        [
          [
            [null, ''],
            ['', null],
          ],
        ],
      ),
    ).toBe('a,b\r\n,""\r\n"",\r\n')
    expect(await format('csv', [text('a')], [[[null], ['']]])).toBe('a\r\n\r\n""\r\n')
  })

  test('quotes what has to be quoted and nothing else', async () => {
    const values = ['a,b', 'a"b', 'a\nb', 'a\rb', ' a ', "a'b", '"', ',']
    const expected = ['"a,b"', '"a""b"', '"a\nb"', '"a\rb"', ' a ', "a'b", '""""', '","']
    expect(await format('csv', [text('v')], [values.map((value) => [value])])).toBe(`v\r\n${expected.join('\r\n')}\r\n`)
  })

  test('quotes column names as it does values', async () => {
    expect(await format('csv', [text('a,"b"'), text(''), text('c\r\nd')], [])).toBe('"a,""b""","","c\r\nd"\r\n')
  })

  test('reads back as what it was made of, whatever the text', async () => {
    const cell = fc.option(fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ', 'ü', '🚀', '\t', ';') }), {
      nil: null,
    })
    const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(rows, cell, async (values, name) => {
        const names = [name ?? 'null', 'b', '']
        const csv = await format('csv', names.map(text), [values])
        expect(parseCsv(csv)).toEqual([names, ...values])
      }),
      { numRuns: 300 },
    )
  })

  test('has rows even where there are no columns', async () => {
    expect(await format('csv', [], [[[], [], []]])).toBe('\r\n\r\n\r\n\r\n')
  })
})

describe('JSON', () => {
  test('is one document of columns and rows', async () => {
    expect(JSON.parse(await format('json', [text('a'), text('a')], [[['1', null]], [['2', '']]]))).toEqual({
      columns: [
        { name: 'a', type: 'text', nullable: true },
        { name: 'a', type: 'text', nullable: true },
      ],
      rows: [
        ['1', null],
        ['2', ''],
      ],
    })
    expect(JSON.parse(await format('json', [text('a')], []))).toMatchObject({ rows: [] })
    expect(JSON.parse(await format('json', [], [[[], []]]))).toEqual({ columns: [], rows: [[], []] })
  })

  test.each(['json', 'ndjson'] as const)('any columns and values make valid %s', async (as) => {
    await fc.assert(
      fc.asyncProperty(anyRows, async ({ fields, rows }) => {
        const written = await format(as, fields, [rows])
        const read = as === 'json' ? (JSON.parse(written) as { rows: unknown[][] }).rows : parseLines(written)
        expect(read).toHaveLength(rows.length)
        const nulls = (values: unknown[]): boolean[] => values.map((value) => value === null)
        const jsonNull = (value: WireValue): boolean => /^\W*null\s*$/.test(String(value))
        const expected = rows.map((row) =>
          row.map((value, i) => value === null || (isJson(fields[i]!) && jsonNull(value))),
        )
        expect(read.map(nulls)).toEqual(expected)
      }),
      { numRuns: 200 },
    )
  })

  test('embeds json as it is, without rounding its numbers', async () => {
    const json = { name: 'j', typeOid: 114, typeModifier: -1 }
    const written = await format(
      'json',
      [json],
      [[['{"n":12345678901234567890.123456789, "a":[1e400]}'], ['"x"'], ['null'], [null]]],
    )
    expect(written).toContain('"rows":[[{"n":12345678901234567890.123456789, "a":[1e400]}],["x"],[null],[null]]')
  })

  test('has strings where a number would be rounded or is none', async () => {
    const float8 = (value: number): Buffer => {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleBE(value)
      return bytes
    }
    const field = { name: 'f', typeOid: 701, typeModifier: -1 }
    const values = [NaN, Infinity, -Infinity, -0, 1e21, 0.1, 5e-324]
    expect(await format('ndjson', [field], [values.map((value) => [float8(value)])])).toBe(
      '["NaN"]\n["Infinity"]\n["-Infinity"]\n[-0]\n[1e+21]\n[0.1]\n[5e-324]\n',
    )
    const int8 = { name: 'i', typeOid: 20, typeModifier: -1 }
    const largest = Buffer.from('7fffffffffffffff', 'hex')
    expect(await format('ndjson', [int8], [[[largest]]])).toBe('["9223372036854775807"]\n')
  })
})

describe('NDJSON', () => {
  test('has one line for each row, even of json that is written over several lines', async () => {
    const fields = [text('t'), { name: 'j', typeOid: 114, typeModifier: -1 }]
    const pretty = fc.json().map((json) => JSON.stringify(JSON.parse(json), null, 2).replaceAll('\n', '\r\n'))
    const rows = fc.array(fc.tuple(fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\u2028', '"') }), pretty), {
      maxLength: 10,
    })
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        const lines = parseLines(await format('ndjson', fields, [values]))
        expect(lines).toEqual(values.map(([t, j]) => [t, JSON.parse(j)]))
      }),
      { numRuns: 200 },
    )
  })

  test('of no rows is empty', async () => {
    expect(await format('ndjson', [text('a')], [])).toBe('')
  })
})

describe('a window', () => {
  test.each(['json', 'ndjson', 'csv'] as const)('of %s is that part of the whole, across chunks', async (as) => {
    const fields = [{ name: 'i', typeOid: 23, typeModifier: -1 }]
    const chunks = [5, 1, 7, 3].map((length, n) => Array.from({ length }, (_, i) => [int32(100 * n + i)]))
    const rowsOf = (written: string): unknown[] => {
      if (as === 'csv') return parseCsv(written).slice(1)
      return as === 'ndjson' ? parseLines(written) : (JSON.parse(written) as { rows: unknown[] }).rows
    }
    const whole = rowsOf(await format(as, fields, chunks))
    expect(whole).toHaveLength(16)
    for (let from = 0; from < 16; from++) {
      for (let to = from; to <= 16; to++) {
        expect(rowsOf(await format(as, fields, chunks, { from, to })), `rows ${from} to ${to}`).toEqual(
          whole.slice(from, to),
        )
      }
    }
  })
})

function parseLines(written: string): unknown[][] {
  if (written === '') return []
  expect(written.endsWith('\n')).toBe(true)
  return written
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as unknown[])
}

function isJson({ typeOid }: FieldDescription): boolean {
  return typeOid === 114 || typeOid === 3802
}
