import { describe, expect, test } from 'vitest'
import { parseRange } from '../../src/server/byteRange.ts'
import { negotiateEncoding, negotiateFormat, wantsResultBody, type Format } from '../../src/server/negotiate.ts'

const arrow = 'application/vnd.apache.arrow.stream'
const accepted: [string | undefined, Format][] = [
  [undefined, 'json'],
  ['', 'json'],
  ['*/*', 'json'],
  ['application/*', 'json'],
  ['text/*', 'csv'],
  ['text/csv; charset=utf-8; header=present', 'csv'],
  ['APPLICATION/X-NDJSON', 'ndjson'],
  ['application/vnd.msgpack', 'msgpack'],
  ['application/vnd.apache.parquet, */*;q=0.1', 'parquet'],
  [`text/csv;q=0.5, ${arrow};q=0.9`, 'arrow'],
  [`text/csv, ${arrow}`, 'csv'],
  [`${arrow};q=0.3, */*;q=0.2`, 'arrow'],
  // What is named says more than a range that holds it.
  ['*/*, application/json;q=0', 'arrow'],
  ['application/json;q=0.1, */*;q=0.5', 'arrow'],
  ['text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8', 'json'],
]

describe('the format', () => {
  test.each(accepted)('for Accept: %s is %s', (accept, format) => {
    expect(negotiateFormat(undefined, accept)).toBe(format)
  })

  test('is that of ?format=, whatever Accept says', () => {
    expect(negotiateFormat('csv', arrow)).toBe('csv')
  })

  test.each([
    ['xlsx', undefined],
    ['toString', undefined],
    ['', undefined],
    [undefined, 'text/html'],
    [undefined, 'text/csv;q=0, text/*'],
    [undefined, '*/*;q=0'],
  ])('%s with Accept: %s is refused, naming those that exist', (format, accept) => {
    const refused = (): unknown => negotiateFormat(format, accept)
    expect(refused).toThrow(/arrow \(application\/vnd\.apache\.arrow\.stream\), msgpack .*, csv \(text\/csv\)/)
    expect(refused).toThrow(expect.objectContaining({ code: 'not_acceptable' }))
  })

  test.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['text/html', false],
    ['application/json, text/csv', false],
    ['text/csv', true],
    ['application/json;q=0.5, text/csv', true],
  ])('of the answer to a submission with Accept: %s is that of a result: %s', (accept, wants) => {
    expect(wantsResultBody(accept)).toBe(wants)
  })
})

test.each([
  [undefined, 'identity', 'identity'],
  ['', 'identity', 'identity'],
  ['*', 'gzip', 'zstd'],
  ['br, gzip, deflate, zstd', 'gzip', 'zstd'],
  ['identity, gzip;q=0.5', 'identity', 'identity'],
  ['gzip;q=0, zstd;q=0', 'identity', 'identity'],
  ['identity;q=0, gzip', 'gzip', 'gzip'],
] as const)('the encoding for Accept-Encoding: %s is %s of Arrow, %s of CSV', (header, ofArrow, ofCsv) => {
  expect([negotiateEncoding(header, 'arrow'), negotiateEncoding(header, 'csv')]).toEqual([ofArrow, ofCsv])
})

test.each(['identity;q=0', 'br, *;q=0'])('Accept-Encoding: %s, for which there is nothing, is refused', (header) => {
  expect(() => negotiateEncoding(header, 'csv')).toThrow(expect.objectContaining({ code: 'not_acceptable' }))
})

test.each([
  ['bytes=0-0', { from: 0, to: 1 }],
  ['bytes=10-', { from: 10, to: 100 }],
  ['bytes=90-200', { from: 90, to: 100 }],
  ['bytes=-10', { from: 90, to: 100 }],
  ['bytes=-200', { from: 0, to: 100 }],
  [' Bytes = 5 - 9 ', { from: 5, to: 10 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=9-5', undefined],
  ['bytes=-', undefined],
  ['bytes=1-2,5-6', undefined],
  ['rows=1-2', undefined],
  ['bytes=a-b', undefined],
  [undefined, undefined],
])('Range: %s of 100 bytes is %o', (header, range) => {
  expect(parseRange(header, 100)).toEqual(range)
})
