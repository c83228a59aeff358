import { expect, test } from 'vitest'
import { errorCodes } from '../../src/errors.ts'
import { code, tableRows } from './tables.ts'

const documented = await tableRows('errors.md')

test('docs/errors.md holds every code of the registry, in its order, with its status, title and retryability', () => {
  const registered = Object.entries(errorCodes).map(([name, entry]) => [
    name,
    'status' in entry ? String(entry.status) : '–',
    entry.title,
    entry.retryable ? 'yes' : 'no',
  ])
  expect(documented.map(([name, ...rest]) => [code(name!), ...rest.slice(0, 3)])).toEqual(registered)
})

test('docs/errors.md says of every code when it comes and what to do', () => {
  expect(documented.filter((row) => row.length !== 5 || row[4]!.length < 20)).toEqual([])
})
