/**
 * Calls `onFirst` at the first of some signals, `onAgain` at every later one.
 *
 * @returns stops listening
 */
export function onStopSignal(
  onFirst: (signal: NodeJS.Signals) => void,
  onAgain: () => void = () => undefined,
  signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'],
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
  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.off(signal, listener)
  }
}
