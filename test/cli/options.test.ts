import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { addLabel, addParameter, parameter, wholeNumber } from '../../src/cli/client/optionValues.ts'
import { progressText } from '../../src/cli/client/progressText.ts'
import { resultTarget } from '../../src/cli/client/resultOptions.ts'
import type { Query } from '../../src/cli/client/apiTypes.ts'
import { UsageError } from '../../src/errors.ts'

test('a parameter is a JSON value, or else plain text', () => {
  const given = ['5', 'true', 'null', '"5"', '[1,2]', '{"type":"int8","value":"7"}', 'DE', '{1,2}', '', '2025-01-01']
  expect(given.map(parameter)).toEqual([
    5,
    true,
    null,
    '5',
    [1, 2],
    { type: 'int8', value: '7' },
    'DE',
    '{1,2}',
    '',
    '2025-01-01',
  ])
})

test('a number that JavaScript would round reaches the source as it was written', () => {
  expect(['12345678901234567890', '0.10', '1e400', '-0'].map(parameter)).toEqual([
    '12345678901234567890',
    '0.10',
    '1e400',
    '-0',
  ])
})

test('parameters and labels gather in their order', () => {
  expect(addParameter('b', addParameter('1'))).toEqual([1, 'b'])
  expect(addLabel('team=a=b', addLabel('team=x', addLabel('empty=')))).toEqual({ team: 'a=b', empty: '' })
  expect(() => addLabel('team')).toThrow(InvalidArgumentError)
  expect(() => addLabel('=x')).toThrow(InvalidArgumentError)
})

test('a number has to be whole and within its bounds', () => {
  expect(wholeNumber(1, 9)('9')).toBe(9)
  for (const text of ['0', '10', '1.5', '-1', 'x', '', '1e1', ' 1']) {
    expect(() => wholeNumber(1, 9)(text)).toThrow(InvalidArgumentError)
  }
  expect(() => wholeNumber(0)('99999999999999999999')).toThrow('0 or more')
})

test('the format is that of the file name, unless it is named', () => {
  expect(resultTarget({}, true)).toEqual({ format: undefined, path: undefined })
  expect(resultTarget({ output: 'a.CSV' }, true)).toEqual({ format: 'csv', path: 'a.CSV' })
  expect(resultTarget({ output: 'a.arrow' }, true)).toEqual({ format: 'arrow', path: 'a.arrow' })
  expect(resultTarget({ output: 'a.msgpack' }, true)).toEqual({ format: 'msgpack', path: 'a.msgpack' })
  expect(resultTarget({ output: 'a.txt', format: 'ndjson' }, true)).toEqual({ format: 'ndjson', path: 'a.txt' })
  expect(resultTarget({ output: '-', format: 'json' }, true)).toEqual({ format: 'json', path: undefined })
})

test('a file without a format, a table in a file and binary data on a terminal are refused', () => {
  expect(() => resultTarget({ output: 'a.txt' }, true)).toThrow(UsageError)
  expect(() => resultTarget({ output: 'a.csv', format: 'table' }, true)).toThrow(UsageError)
  for (const format of ['arrow', 'msgpack', 'parquet'] as const) {
    expect(() => resultTarget({ format }, true)).toThrow(UsageError)
  }
  expect(resultTarget({ format: 'arrow' }, false)).toEqual({ format: 'arrow', path: undefined })
})

test('the progress line tells what is known of a query', () => {
  const query = { state: 'queued', queue_position: 3, progress: { rows: 0, bytes: 0, chunks: 0 } } as Query
  const running: Query = { ...query, state: 'running', progress: { rows: 65_536, bytes: 4_194_304, chunks: 1 } }
  const state = { query: undefined, trouble: undefined, canceling: false, fetchedBytes: undefined }
  expect(progressText(state, 400)).toBe('submitting · 400 ms')
  expect(progressText({ ...state, query }, 1200)).toBe('queued, 3 before it · 1.2 s')
  expect(progressText({ ...state, query: { ...query, queue_position: 0 } }, 1200)).toBe('queued, next · 1.2 s')
  expect(progressText({ ...state, query: { ...query, state: 'running' } }, 1200)).toBe('running · 1.2 s')
  expect(progressText({ ...state, query: running }, 12_300)).toBe('running · 65,536 rows · 4.2 MB · 12.3 s')
  expect(progressText({ ...state, query: running, canceling: true }, 12_300)).toBe('canceling · 12.3 s')
  expect(progressText({ ...state, query: running, fetchedBytes: 2000 }, 1000)).toBe(
    'fetching the result · 2.0 kB · 1.0 s',
  )
  expect(progressText({ ...state, query: running, trouble: 'ECONNREFUSED' }, 12_300)).toContain('ECONNREFUSED')
})
