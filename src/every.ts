/**
 * Repeats a duty; one that is still busy is not started again.
 *
 * @param onError told why a duty failed; it is tried again
 * @returns stops it, and fulfils when the duty under way has ended
 */
export function every(
  intervalMs: number,
  duty: () => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let busy: Promise<unknown> | undefined
  const timer = setInterval(() => {
    busy ??= duty()
      .catch(onError)
      .finally(() => (busy = undefined))
  }, intervalMs)
  return async () => {
    clearInterval(timer)
    await busy
  }
}
