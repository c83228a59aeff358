import { vi } from 'vitest'

/**
 * Repeats an assertion until it holds, and gives what it returns. Instead of a sleep:
 *
 *     await eventually(async () => expect(await stateOf(id)).toBe('running'))
 *
 * @param withinMs how long it may fail; then its last error is thrown
 */
export async function eventually<T>(assertion: () => T | Promise<T>, withinMs = 25_000): Promise<T> {
  return await vi.waitFor(assertion, { timeout: withinMs, interval: 25 })
}
