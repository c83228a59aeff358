import { afterAll, afterEach } from 'vitest'
import { takeViolations } from './contract.ts'
import { endLeftovers } from './running.ts'

afterEach(() => {
  const violations = takeViolations()
  if (violations.length > 0)
    throw new Error(`Answers do not fit the schemas of their routes:\n${violations.join('\n')}`)
})

afterAll(endLeftovers)
