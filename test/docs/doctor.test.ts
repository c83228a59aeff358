import { expect, test } from 'vitest'
import { databaseChecks } from '../../src/doctor/examine.ts'
import { sourceChecks } from '../../src/doctor/health/sources.ts'
import { objectChecks } from '../../src/doctor/invariants/objects.ts'
import { checksums } from '../../src/doctor/invariants/results.ts'
import { tableRows } from './tables.ts'

test('docs/doctor.md names every check with its level, its invariant, what holds and what to do', async () => {
  const documented = (await tableRows('doctor.md')).filter((row) => row.length === 5)
  const checks = [...databaseChecks, ...objectChecks(undefined), checksums, ...sourceChecks([])]
  expect(documented).toEqual(
    checks.map(({ name, level, invariant, holds, advice }) => [
      `\`${name}\``,
      level,
      String(invariant ?? ''),
      holds,
      advice,
    ]),
  )
})
