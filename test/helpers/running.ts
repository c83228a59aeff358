/** What a test file started and has not stopped: servers, workers, processes. */
const running = new Map<symbol, { name: string; end: () => Promise<unknown> }>()

/**
 * Notes that something was started; a file that does not stop it fails, and it is ended then.
 *
 * @returns notes that it was stopped
 */
export function noteStarted(name: string, end: () => Promise<unknown>): () => void {
  const key = Symbol(name)
  running.set(key, { name, end })
  return () => void running.delete(key)
}

/**
 * Ends what is still running.
 *
 * @throws if there was something
 */
export async function endLeftovers(): Promise<void> {
  const left = [...running.values()]
  running.clear()
  await Promise.all(left.map(({ end }) => end()))
  if (left.length > 0) throw new Error(`The test file never stopped ${left.map(({ name }) => name).join(', ')}.`)
}
