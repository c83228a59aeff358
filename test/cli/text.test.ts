import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { resultCell, resultColumn } from '../../src/cli/client/cell.ts'
import { parseExactJson } from '../../src/cli/client/exactJson.ts'
import { plainLine, plainLines } from '../../src/cli/client/plainText.ts'
import { formatBytes, formatCount, formatDuration, formatRows } from '../../src/cli/client/quantities.ts'
import { firstLine } from '../../src/cli/client/queryTable.ts'
import { cutText, textWidth } from '../../src/cli/client/textWidth.ts'

test('control characters of a value are shown, not obeyed', () => {
  expect(plainLine('a\u001b[31mred\u0007\nnext\tcell\r\nlast')).toBe('a\\u{1b}[31mred\\u{7}↵next⇥cell↵last')
  expect(plainLine('abc\u202edcb')).toBe('abc\\u{202e}dcb')
  expect(plainLines('one\u001b\ntwo\r\nthree')).toBe('one\\u{1b}\ntwo\nthree')
})

test('whatever a value holds, what is shown of it holds no control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      // oxlint-disable-next-line no-control-regex
      expect(plainLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    }),
  )
  expect.hasAssertions()
})

test('the width of a text is that of its characters on a terminal', () => {
  expect(textWidth('plain')).toBe(5)
  expect(textWidth('日本')).toBe(4)
  expect(textWidth('e\u0301')).toBe(1)
})

test('a text is cut to the columns that it may take, and only if it must', () => {
  expect(cutText('12345', 5)).toBe('12345')
  expect(cutText('123456', 5)).toBe('1234…')
  expect(cutText('日本語', 5)).toBe('日本…')
  expect(cutText('日本語', 4)).toBe('日…')
  expect(cutText('abc', 1)).toBe('…')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
      expect(textWidth(cutText(text, columns))).toBeLessThanOrEqual(columns)
    }),
  )
})

test('durations have at most two units', () => {
  expect(
    [0, 999, 1000, 59_949, 59_960, 125_000, 3_600_000, 11_520_000, 90_000_000].map((ms) => formatDuration(ms)),
  ).toEqual(['0 ms', '999 ms', '1.0 s', '59.9 s', '1 min', '2 min 5 s', '1 h', '3 h 12 min', '1 d 1 h'])
})

test('bytes and counts are written for people', () => {
  expect([0, 999, 1000, 999_949, 999_950, 4_194_304, 2.5e12].map(formatBytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '4.2 MB',
    '2.5 TB',
  ])
  expect(formatCount(1_234_567)).toBe('1,234,567')
  expect([0, 1, 2].map(formatRows)).toEqual(['0 rows', '1 row', '2 rows'])
})

test('numbers in JSON are not rounded', () => {
  const text = '{"a":12345678901234567890,"b":[1.10,-0,1e400],"c":0.1,"d":7}'
  expect(JSON.stringify(parseExactJson(text))).toBe(text)
  expect(parseExactJson('{"rows":65536}')).toEqual({ rows: 65536 })
})

test('a null is told from the text null and from the empty text', () => {
  const texts = [null, 'null', ''].map((value) => resultCell(value, 'text').text)
  expect(texts).toEqual(['(null)', 'null', ''])
})

test('a value of type json is shown as JSON, a text as it is', () => {
  expect(resultCell('a', 'jsonb').text).toBe('"a"')
  expect(resultCell({ b: [1, null] }, 'json').text).toBe('{"b":[1,null]}')
  expect(resultCell('a', 'text').text).toBe('a')
  expect(resultCell(true, 'bool').text).toBe('true')
  expect(resultCell('12.50', 'numeric(10,2)').text).toBe('12.50')
})

test('columns of numbers are set to the right', () => {
  const aligned = ['int2', 'int8', 'float8', 'numeric(10,2)', 'numeric', 'text', 'int4range', 'int8[]', 'timestamptz']
  expect(aligned.map((type) => resultColumn({ name: 'x', type }).align)).toEqual([
    'right',
    'right',
    'right',
    'right',
    'right',
    'left',
    'left',
    'left',
    'left',
  ])
})

test('a list shows the first line of a statement that is not blank, and whether there are more', () => {
  expect(firstLine('select 1')).toBe('select 1')
  expect(firstLine('\n  \n  select a,\n b from t\n')).toBe('select a, …')
  expect(firstLine('select 1\n\n')).toBe('select 1')
})
