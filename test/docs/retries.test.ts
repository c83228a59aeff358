import { expect, test } from 'vitest'
import { retryableStates } from '../../src/db/retryableStates.ts'
import { statementError } from '../../src/sources/sourceErrors.ts'
import { code, tableRows } from './tables.ts'

const documented = (await tableRows('retries.md')).filter((row) => row.length === 4)

test('docs/retries.md holds every SQLSTATE that is tried again, in order of the table, and says so of sources', () => {
  const states = Object.entries(retryableStates).map(([state, { name, kind }]) => {
    const { retryable } = statementError(new Map([['C', state]]), false).error
    return [state, name, kind, retryable ? 'yes' : 'no']
  })
  expect(documented.map(([state, name, kind, again]) => [code(state!), name, kind, again])).toEqual(
    states.toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
  )
})

test.each(['42601', '42P01', '22012', '08P01', '57014', '57P04', '53100', 'XX000'])(
  'an error of SQLSTATE %s is final',
  (state) => {
    expect(statementError(new Map([['C', state]]), false).error.retryable).toBe(false)
  },
)
