/**
 * Calls `onFirst` at the first SIGINT or SIGTERM, `onAgain` at every later one.
 *
 * @returns stops listening
 */
export function onStopSignal(
  onFirst: (signal: NodeJS.Signals) => void,
  onAgain: () => void = () => undefined,
): () => void {
  let stopping = false
  const listener = (signal: NodeJS.Signals): void => {
    if (stopping) {
      onAgain()
    } else {
      stopping = true
      onFirst(signal)
    }
  }
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return () => {
    process.off('SIGINT', listener)
    process.off('SIGTERM', listener)
  }
}
