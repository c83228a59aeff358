import { afterAll, expect } from 'vitest'
import { audit, auditLive } from '../../src/doctor/examine.ts'
import type { TestDatabase } from './database.ts'

/**
 * Expects every invariant of docs/design.md to hold in a control database.
 *
 * @param atRest nothing runs and nothing waits any more: more holds then
 */
export async function expectSound({ url }: Pick<TestDatabase, 'url'>, { atRest = false } = {}): Promise<void> {
  const { checked, findings } = await (atRest ? audit(url) : auditLive(url))
  expect(checked.length).toBeGreaterThan(10)
  expect(findings).toEqual([])
}

/** Looks at a control database after the tests of a file: call it at the top level, before what closes servers and workers. */
export function auditAfterTests(database: Pick<TestDatabase, 'url'>): void {
  afterAll(() => expectSound(database))
}
