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

/**
 * Calls `onGone` when the process that started this one with a channel to it has died; at
 * once if it has died already.
 */
export function onParentGone(onGone: () => void): void {
  process.once('disconnect', onGone)
  process.channel?.unref()
  // Undefined in a process that never had a channel.
  if ((process.connected as boolean | undefined) === false) onGone()
}
